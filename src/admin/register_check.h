/*
 * register_check.h
 *		Which relations can be registered.
 */
#ifndef SCIM_ADMIN_REGISTER_CHECK_H
#define SCIM_ADMIN_REGISTER_CHECK_H

#include "base/compat.h"
#include "registry/registration.h"
#include "utils/relcache.h"

/*
 * An ordinary or partitioned table, of this database for good, no partition of
 * another one, and not registered yet.  INVALID_MAPPING, ALREADY_REGISTERED.
 */
extern void scim_check_relation(Relation relation);

/* The same of its partitions and children. */
extern void scim_check_partition(Relation relation);

/* INVALID_MAPPING if a rule does something else than what was asked for. */
extern void scim_refuse_rules(Relation relation);

/* ALREADY_REGISTERED. */
extern SCIM_NORETURN void scim_refuse_registered(Relation relation);

/*
 * Ours must be the last BEFORE ROW trigger, or it would not see the row as
 * stored, and others must not have the names of ours: INVALID_MAPPING.
 */
extern void scim_refuse_other_triggers(Relation relation);

/*
 * A column that no row of a created table can do without (tenant, id, data) and
 * that is not NOT NULL; NULL: there is none.
 */
extern const char *scim_nullable_column(const ScimRegistration *registration, Relation relation);

/* INVALID_MAPPING if there is one. */
extern void scim_check_not_null(const ScimRegistration *registration, Relation relation);

/* INVALID_MAPPING unless an index keeps ids apart. */
extern void scim_check_id_index(const ScimRegistration *registration, Relation relation);

/* INVALID_MAPPING unless an index keeps memberships apart. */
extern void scim_check_pair_index(const ScimRegistration *members, Relation relation);

#endif							/* SCIM_ADMIN_REGISTER_CHECK_H */
