/*
 * bulk_order.c
 *		In which order the operations of a bulk are done.
 */
#include "postgres.h"

#include "core/bulk_order.h"

ScimBulkUnit *
scim_order_bulk(int operations, const ScimBulkEdge *edges, int edge_count, int *unit_count)
{
	elog(ERROR, "not yet");
}
