/*
 * ddl_follow.h
 *		What DDL on a table does to its registration: for the event triggers.
 */
#ifndef SCIM_ADMIN_DDL_FOLLOW_H
#define SCIM_ADMIN_DDL_FOLLOW_H

#include "postgres.h"

#include "registry/registration.h"

/*
 * A column got another name: so it does in the arguments of our triggers, of the
 * table, its partitions and children.  42501
 */
extern void scim_follow_rename(Oid relid, const char *old_name, const char *new_name);

/*
 * The table came under another one: if that is registered, it gets its
 * triggers; the same of all that are above it.  With the caller's rights,
 * within SPI.  INVALID_MAPPING, ALREADY_REGISTERED.
 */
extern void scim_follow_parent(Oid relid, Oid parent);
extern void scim_follow_parents(Oid relid);

/*
 * It is no child (partition) of that one any more: they go, as far as the
 * server has not dropped them.  Within SPI.
 */
extern void scim_follow_orphan(Oid relid, Oid parent);

/*
 * With it, rows came (or went) that no trigger has seen: of memberships, groups
 * are counted anew, which only the owner of the registered table may do (42501);
 * of resources, a WARNING if they bring versions.  Within SPI.
 */
extern void scim_follow_rows(Oid relid, Oid parent, bool came);

/*
 * A registered table, or a partition or child of one, is another now: INVALID_MAPPING
 * where its mapping does not fit it any more.
 */
extern void scim_check_altered(Oid relid);

/*
 * The mapping of the table's trigger as it would be read for another type of
 * that name: INVALID_MAPPING where it does not fit that.
 */
extern const ScimRegistration *scim_mapping_with(Oid relid, Oid trigger,
												 const ScimResourceType *type);

/*
 * An index of the table is gone: INVALID_MAPPING (a WARNING, if it is too late)
 * where it kept ids apart.
 */
extern void scim_check_indexes(Oid relid, bool too_late);

#endif							/* SCIM_ADMIN_DDL_FOLLOW_H */
