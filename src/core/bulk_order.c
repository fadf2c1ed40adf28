/*
 * bulk_order.c
 *		In which order the operations of a bulk are done.
 */
#include "postgres.h"

#include "core/bulk_order.h"
#include "core/graph.h"
#include "miscadmin.h"

/* Room for so many, of which there may be none. */
#define ROOM(type, count) ((type *) palloc_extended(Max(count, 1) * sizeof(type), \
													MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO))

/* ---- what waits for what, without circles ---- */

typedef struct Waiting
{
	int			count;			/* of items, which stand as they are numbered */
	const ScimBulkEdge *edges;
	int			edge_count;
	int		   *awaited;		/* of each item: the edges to what is not done yet */
	int		   *last;			/* of each item: the last edge of those that lead to it, or -1 */
	int		   *before;			/* of each edge: the one before it, to the same item, or -1 */
	int		   *order;			/* the items, as they are done */
	int			done;
	int		   *ready;			/* a stack: the next that is to be done is on top */
} Waiting;

static int
compare_edges(const void *a, const void *b)
{
	int			one = ((const ScimBulkEdge *) a)->from;
	int			other = ((const ScimBulkEdge *) b)->from;

	return (one > other) - (one < other);
}

/* The edges that lead to an item are found from that of the last item to that of the first. */
static void
begin_waiting(Waiting *waiting, int count, ScimBulkEdge *edges, int edge_count)
{
	*waiting = (Waiting)
	{
		.count = count,
			.edges = edges,
			.edge_count = edge_count,
			.awaited = ROOM(int, count),
			.last = ROOM(int, count),
			.before = ROOM(int, edge_count),
			.order = ROOM(int, count),
			.ready = ROOM(int, count)
	};
	qsort(edges, edge_count, sizeof(ScimBulkEdge), compare_edges);
	memset(waiting->last, -1, count * sizeof(int));
	for (int i = 0; i < edge_count; i++)
	{
		waiting->awaited[edges[i].from]++;
		waiting->before[i] = waiting->last[edges[i].to];
		waiting->last[edges[i].to] = i;
	}
}

/* Does the item, whose turn it is, and right behind it those before it that waited for it. */
static void
do_item(Waiting *waiting, int item)
{
	int			ready = 0;

	waiting->ready[ready++] = item;
	while (ready > 0)
	{
		int			next = waiting->ready[--ready];

		CHECK_FOR_INTERRUPTS();
		waiting->order[waiting->done++] = next;
		for (int edge = waiting->last[next]; edge >= 0; edge = waiting->before[edge])
		{
			int			from = waiting->edges[edge].from;

			if (--waiting->awaited[from] == 0 && from < item)
				waiting->ready[ready++] = from;
		}
	}
}

/*
 * So many items in the order of their numbers, but each right behind the last that it refers
 * to, if that comes later.  The edges, which make no circle, are sorted; palloc'd.
 */
static int *
arrange(int count, ScimBulkEdge *edges, int edge_count)
{
	Waiting		waiting;

	begin_waiting(&waiting, count, edges, edge_count);
	for (int i = 0; i < count; i++)
	{
		if (waiting.awaited[i] == 0)
			do_item(&waiting, i);
	}
	Assert(waiting.done == count);
	return waiting.order;
}

/* ---- circles ---- */

/* Numbers of components: those that lead to one another along the edges have the same. */
static ScimGraph *
find_circles(int operations, const ScimBulkEdge *edges, int edge_count, bool members)
{
	ScimGraph  *graph = palloc0(sizeof(ScimGraph));

	for (int i = 0; i < operations; i++)
		scim_add_node(graph, psprintf("%d", i));
	for (int i = 0; i < edge_count; i++)
	{
		if (edges[i].member || !members)
			scim_add_edge(graph, edges[i].from, edges[i].to);
	}
	scim_find_components(graph);
	return graph;
}

static bool
is_within(const ScimGraph *circles, const ScimBulkEdge *edge)
{
	return circles->nodes[edge->from].component == circles->nodes[edge->to].component;
}

/* ---- units ---- */

typedef struct Order
{
	int			operations;
	const ScimBulkEdge *edges;
	int			edge_count;
	ScimGraph  *circles;
	ScimGraph  *member_circles;
	int		   *unit_of;		/* of each operation */
	ScimBulkUnit *units;		/* by their last operations */
	int			unit_count;
} Order;

/* Units are numbered by the last of their operations, which is found first from behind. */
static void
number_units(Order *order)
{
	int		   *unit_of_circle = ROOM(int, order->operations);
	int			number = order->operations;

	order->unit_of = ROOM(int, order->operations);
	memset(unit_of_circle, -1, order->operations * sizeof(int));
	for (int i = order->operations - 1; i >= 0; i--)
	{
		int		   *unit = &unit_of_circle[order->circles->nodes[i].component];

		if (*unit < 0)
			*unit = --number;
		order->unit_of[i] = *unit;
	}
	order->unit_count = order->operations - number;
	for (int i = 0; i < order->operations; i++)
		order->unit_of[i] -= number;
}

/* The operations, so that within a unit who is a member comes before who holds it. */
static int *
order_members(const Order *order)
{
	ScimBulkEdge *edges = ROOM(ScimBulkEdge, order->edge_count);
	int			count = 0;

	for (int i = 0; i < order->edge_count; i++)
	{
		const ScimBulkEdge *edge = &order->edges[i];

		if (edge->member && is_within(order->circles, edge) &&
			!is_within(order->member_circles, edge))
			edges[count++] = *edge;
	}
	return arrange(order->operations, edges, count);
}

static void
fill_units(Order *order)
{
	int		   *operations = order_members(order);
	int		   *room = ROOM(int, order->operations);

	order->units = ROOM(ScimBulkUnit, order->unit_count);
	for (int i = 0; i < order->operations; i++)
		order->units[order->unit_of[i]].count++;
	for (int i = 0; i < order->unit_count; i++)
	{
		order->units[i].operations = room;
		order->units[i].closing = -1;
		room += order->units[i].count;
		order->units[i].count = 0;
	}
	for (int i = 0; i < order->operations; i++)
	{
		ScimBulkUnit *unit = &order->units[order->unit_of[operations[i]]];

		unit->operations[unit->count++] = operations[i];
	}
}

/* Who is a member of who is a member of it, or of itself. */
static void
find_closing(Order *order)
{
	for (int i = 0; i < order->edge_count; i++)
	{
		const ScimBulkEdge *edge = &order->edges[i];
		int		   *closing = &order->units[order->unit_of[edge->from]].closing;

		if (edge->member && is_within(order->member_circles, edge))
			*closing = Max(*closing, edge->from);
	}
}

/* The units, numbered, as they are done. */
static int *
order_units(const Order *order)
{
	ScimBulkEdge *edges = ROOM(ScimBulkEdge, order->edge_count);
	int			count = 0;

	for (int i = 0; i < order->edge_count; i++)
	{
		ScimBulkEdge edge = {
			.from = order->unit_of[order->edges[i].from],
			.to = order->unit_of[order->edges[i].to]
		};

		if (edge.from != edge.to)
			edges[count++] = edge;
	}
	return arrange(order->unit_count, edges, count);
}

ScimBulkUnit *
scim_order_bulk(int operations, const ScimBulkEdge *edges, int edge_count, int *unit_count)
{
	Order		order = {.operations = operations, .edges = edges, .edge_count = edge_count};
	ScimBulkUnit *units;
	int		   *numbers;

	order.circles = find_circles(operations, edges, edge_count, false);
	order.member_circles = find_circles(operations, edges, edge_count, true);
	number_units(&order);
	fill_units(&order);
	find_closing(&order);
	numbers = order_units(&order);
	units = ROOM(ScimBulkUnit, order.unit_count);
	for (int i = 0; i < order.unit_count; i++)
		units[i] = order.units[numbers[i]];
	*unit_count = order.unit_count;
	return units;
}
