/*
 * command_trace.h
 *		What a command has done to the catalogs that event triggers are not told.
 */
#ifndef SCIM_ADMIN_COMMAND_TRACE_H
#define SCIM_ADMIN_COMMAND_TRACE_H

#include "postgres.h"

/*
 * The partition or child that came to the table last in this transaction, or
 * (came: false) that left it; InvalidOid: none.
 */
extern Oid	scim_last_partition(Oid parent, bool came);

/* The table of an index that this transaction has dropped, or InvalidOid. */
extern Oid	scim_table_of_dropped_index(Oid index);

#endif							/* SCIM_ADMIN_COMMAND_TRACE_H */
