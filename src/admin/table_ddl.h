/*
 * table_ddl.h
 *		What makes a table a registered one: triggers, and of created tables the
 *		policy; and what has to be right with the other tables.
 *
 * Within SPI.  Names of tables are quoted.
 */
#ifndef SCIM_ADMIN_TABLE_DDL_H
#define SCIM_ADMIN_TABLE_DDL_H

#include "nodes/pg_list.h"
#include "registry/options.h"
#include "registry/registration.h"

/* What a created membership table's columns of users and of groups are generated of. */
#define SCIM_MEMBER_OF_TYPE(type) \
	"CASE WHEN member_type OPERATOR(pg_catalog.=) '" type "' THEN member_id END"

/*
 * The tenant of rows that name none, as scim_tenant() has it.  Plain SQL, so that
 * it stays when the extension goes, and rows can be inserted as before.
 */
#define SCIM_TENANT_DEFAULT \
	"coalesce(nullif(pg_catalog.current_setting('scimver.only_tenant', true), '')," \
	" nullif(pg_catalog.current_setting('scimver.tenant', true), ''), 'default')"

/* The mapping of a created table, {"tenant": "tenant_id", ...}; plans: of ScimPlannedLookup. */
extern char *scim_created_mapping(const ScimResourceType *type, bool is_members, List *plans);

extern void scim_make_row_trigger(const char *table, const ScimResourceType *type,
								  const char *mapping, const char *options);

/* Of a mapped table whose resources have memberships. */
extern void scim_make_delete_triggers(const char *table, const ScimResourceType *type);

/*
 * Those by which what resources were is kept, in place of any that are there: where
 * the options say so.  Children get theirs by scim_adopt_partitions.
 */
extern void scim_make_history_triggers(Oid relid, const ScimResourceType *type,
									   const ScimStorage *storage, ScimOptions *options);

/* Those by which leases bind plain SQL that deletes, in the same way. */
extern void scim_make_lease_triggers(Oid relid, const ScimResourceType *type,
									 const ScimOptions *options);

extern void scim_make_members_triggers(const char *members, const ScimResourceType *type,
									   const char *mapping);

/* Enables row level security, and lets rows be seen whose tenant was granted. */
extern void scim_make_policy(const char *table);

/*
 * The same of a table that is there, where it is missing.  One under row level
 * security by policies of its owner's alone stays as it is: says so.
 */
extern void scim_mend_policy(Oid relid);

/*
 * The resource type of that name, which has no table yet; from then on only this
 * transaction registers.  INVALID_VALUE, ALREADY_REGISTERED.
 */
extern const ScimResourceType *scim_free_type(const char *name);

/*
 * INVALID_MAPPING if of users and groups one would be in a created table and
 * one in a mapped one; "created": which of them this one is.
 */
extern void scim_refuse_mixture(const ScimResourceType *type, const char *table, bool created);

/*
 * Whichever of the created tables came second, memberships then refer to their
 * groups and members.  INVALID_MAPPING for memberships of some that are not there.
 */
extern void scim_link_memberships(const ScimResourceType *type);

/* What has been prepared for the tables of other types may have to show this one's as well. */
extern void scim_invalidate_tables(void);

#endif							/* SCIM_ADMIN_TABLE_DDL_H */
