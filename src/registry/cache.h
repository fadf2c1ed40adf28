/*
 * cache.h
 *		Registrations, found by table, trigger or resource type, and kept until they
 *		change.
 */
#ifndef SCIM_REGISTRY_CACHE_H
#define SCIM_REGISTRY_CACHE_H

#include "registry/our_trigger.h"
#include "registry/registration.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"

/*
 * The registration that a trigger's arguments tell; valid until the end of the
 * transaction.  INVALID_MAPPING: it is none of ours, or does not fit its table.
 */
extern const ScimRegistration *scim_trigger_registration(Relation relation, const Trigger *trigger);

/*
 * The same of the row trigger that the relation has, which may be a partition;
 * NULL: nothing is registered (any more).
 */
extern const ScimRegistration *scim_row_registration(Relation relation);

/*
 * A copy of the relation's trigger (its own goes with the next invalidation,
 * which any look into a catalog may bring), or NULL.
 */
extern const Trigger *scim_relation_trigger(Relation relation, Oid trigger);

/* The table of a resource type, or NULL. */
extern const ScimRegistration *scim_find_table(const ScimResourceType *type);

/* The same by the table itself; NULL: it holds no resources.  42P01 if there is none. */
extern const ScimRegistration *scim_find_table_by_relid(Oid relid);

/* The membership table of a type that has members, or NULL. */
extern const ScimRegistration *scim_find_members(const ScimResourceType *type);

/* Both whatever their mappings may say now, without reading them; InvalidOid: there is none. */
extern Oid	scim_find_table_relid(const ScimResourceType *type);
extern Oid	scim_find_members_relid(const ScimResourceType *type);

/*
 * The table of a type whose resources the membership table can hold, or NULL:
 * of those that are mapped, none holds groups.
 */
extern const ScimRegistration *scim_side_table(const ScimRegistration *members,
											   const ScimResourceType *type);

/*
 * Is it the one table that triggers of the kind register for the type?  False, too,
 * where several claim that.
 */
extern bool scim_is_registered(const ScimResourceType *type, ScimTriggerKind kind, Oid relid);

/* The membership table of the groups; NOT_REGISTERED if it is gone. */
extern const ScimRegistration *scim_members_table(void);

/* Only one at a time may register tables, or change what registrations say. */
extern void scim_lock_registrations(void);

/* Counts up whenever a registration may have changed: saved plans of before are stale. */
extern uint64 scim_registration_generation(void);

/* Is it still what is known of its table, as far as was heard of changes? */
extern bool scim_is_current(const ScimRegistration *registration);

extern void scim_init_registrations(void);

#endif							/* SCIM_REGISTRY_CACHE_H */
