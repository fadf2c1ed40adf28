/*
 * bulk_order.h
 *		In which order the operations of a bulk are done.
 *
 * As they stand, but that one waits for those that make what it refers to; those that refer
 * to one another are done together, or not at all.
 */
#ifndef SCIM_CORE_BULK_ORDER_H
#define SCIM_CORE_BULK_ORDER_H

#include "postgres.h"

/* That operation refers to what the other one makes, or follows it. */
typedef struct ScimBulkEdge
{
	int			from;
	int			to;
	bool		member;			/* as to a member, which must be there before */
	bool		follows;		/* not that: it only comes after it, as both are done to the same,
								 * or it deletes what that one names */
} ScimBulkEdge;

/* What is done in one piece. */
typedef struct ScimBulkUnit
{
	int		   *operations;		/* in the order in which they are done: who is a member before who
								 * holds it, else as they stand in the request */
	int			count;
	int			closing;		/* the last operation (in the request) of a cycle of members, which
								 * cannot be done; -1: there is none.  A member of itself is one */
} ScimBulkUnit;

/*
 * The units of so many operations, in the order in which they are done: each comes where the
 * last of its operations stands, or right behind the last unit that it refers to, if that is
 * later.  In time linear in operations and edges, but for sorting.  Palloc'd.
 */
extern ScimBulkUnit *scim_order_bulk(int operations, const ScimBulkEdge *edges, int edge_count,
									 int *unit_count);

#endif							/* SCIM_CORE_BULK_ORDER_H */
