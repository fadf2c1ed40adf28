/*
 * root.h
 *		The registered table that a partition or an inheritance child belongs to.
 */
#ifndef SCIM_REGISTRY_ROOT_H
#define SCIM_REGISTRY_ROOT_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "registry/our_trigger.h"

/* The tables that the relation is a partition or a child of, none above them; List of Oid. */
extern List *scim_parents(Oid relid);

/*
 * The topmost of the tables above the relation that have a trigger of that kind
 * for that resource type, too: the one that was registered.  The relation
 * itself, if none has.
 */
extern Oid	scim_root_table(Oid relid, ScimTriggerKind kind, const char *type);

#endif							/* SCIM_REGISTRY_ROOT_H */
