/*
 * parts.h
 *		The triggers on partitions and inheritance children of a registered table.
 */
#ifndef SCIM_PARTS_H
#define SCIM_PARTS_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/reltrigger.h"

/* The partitions and children of a table, at every depth, without itself; not locked.  List of Oid. */
extern List *scim_parts(Oid relid);

/* Copies of the relation's triggers whose name begins so; List of Trigger *. */
extern List *scim_triggers_of(Oid relid, const char *prefix);

extern bool scim_has_triggers(Oid relid, const char *prefix);

/*
 * Gives the children of a table the triggers that it has, those whose name
 * begins so; partitions have them from PostgreSQL.  Within SPI.
 */
extern void scim_adopt_parts(Oid relid, const char *prefix);
extern void scim_adopt_part(Oid relid, Oid part, const char *prefix);

/* Lets the triggers whose name begins so fire for what replication brings, too: of the table and its parts.  Within SPI. */
extern void scim_enable_always(Oid relid, const char *prefix);

/* Drops a trigger of the one table.  Within SPI. */
extern void scim_drop_trigger(Oid relid, const char *trigger);

/* Drops them, of the table and its parts; true if there were any.  Within SPI. */
extern bool scim_drop_triggers(Oid relid, const char *prefix);

#endif							/* SCIM_PARTS_H */
