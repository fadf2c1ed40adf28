/*
 * partitions.h
 *		The triggers on partitions and inheritance children of a registered table.
 */
#ifndef SCIM_ADMIN_PARTITIONS_H
#define SCIM_ADMIN_PARTITIONS_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "registry/our_trigger.h"

/*
 * The partitions and children of a table, at every depth, without itself; not
 * locked.  List of Oid.
 */
extern List *scim_partitions(Oid relid);

/* Which of them does what that trigger of another table does; NULL: none. */
extern const Trigger *scim_find_copy(List *triggers, const Trigger *trigger);

/*
 * Gives the children of a table the triggers of these kinds that it has;
 * partitions have them from PostgreSQL.  Within SPI.
 */
extern void scim_adopt_partitions(Oid relid, int kinds);
extern void scim_adopt_partition(Oid relid, Oid partition, int kinds);

/*
 * Lets the triggers of these kinds fire for what replication brings, too: of the
 * table, its partitions and children.  Within SPI.
 */
extern void scim_enable_always(Oid relid, int kinds);

/* Drops a trigger of the one table.  Within SPI. */
extern void scim_drop_trigger(Oid relid, const char *trigger);

/*
 * Drops those of these kinds, of the table, its partitions and children; true if
 * there were any.  Within SPI.
 */
extern bool scim_drop_triggers(Oid relid, int kinds);

#endif							/* SCIM_ADMIN_PARTITIONS_H */
