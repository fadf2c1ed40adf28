/*
 * bulk_order.c
 *		Unit test of the order of a bulk's operations (core/bulk_order.c): in random
 *		bulks, against a slow and obvious way to the same; prints TAP.
 *
 *		bulk_order
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/bulk_order.h"

#undef printf

#define MOST 30

static int	tests = 0;
static int	failures = 0;

static void
report(bool good, const char *text)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, text);
	failures += !good;
}

/* A bulk: who refers to whom, and by how many steps. */
typedef struct Bulk
{
	int			count;
	ScimBulkEdge edges[8 * MOST];
	int			edge_count;
	bool		refers[MOST][MOST];
	bool		reaches[MOST][MOST];
	bool		holds[MOST][MOST];	/* the same as a member */
	bool		contains[MOST][MOST];
} Bulk;

static void
close_over(int count, bool steps[MOST][MOST])
{
	for (int k = 0; k < count; k++)
		for (int i = 0; i < count; i++)
			for (int j = 0; j < count; j++)
				steps[i][j] |= steps[i][k] && steps[k][j];
}

static void
add_edge(Bulk *bulk, int from, int to, bool member)
{
	bulk->edges[bulk->edge_count++] = (ScimBulkEdge) {.from = from, .to = to, .member = member};
	bulk->refers[from][to] = bulk->reaches[from][to] = true;
	if (member)
		bulk->holds[from][to] = bulk->contains[from][to] = true;
}

static void
make_bulk(Bulk *bulk)
{
	int			edges;

	memset(bulk, 0, sizeof(*bulk));
	bulk->count = 1 + rand() % (rand() % 50 ? 9 : MOST);
	edges = rand() % (2 * bulk->count + 1);
	for (int i = 0; i < edges; i++)
	{
		int			from = rand() % bulk->count;
		int			to = rand() % bulk->count;

		/* mostly to what comes first, so that not all is one circle */
		if (rand() % 3 && from < to)
			add_edge(bulk, to, from, rand() % 2);
		else
			add_edge(bulk, from, to, rand() % 2);
	}
	close_over(bulk->count, bulk->reaches);
	close_over(bulk->count, bulk->contains);
}

/* ---- the slow way ---- */

/* Items in order, but that each comes behind those that it waits for. */
typedef struct Slow
{
	const Bulk *bulk;
	bool		is_item[MOST];
	bool		waits[MOST][MOST];
	bool		done[MOST];
	int			order[MOST];
	int			count;
} Slow;

static bool
is_ready(const Slow *slow, int item)
{
	if (slow->done[item] || !slow->is_item[item])
		return false;
	for (int i = 0; i < slow->bulk->count; i++)
	{
		if (!slow->done[i] && slow->waits[item][i])
			return false;
	}
	return true;
}

/* Then those that waited for it, each with those that waited for that. */
static void
do_item(Slow *slow, int item, int turn)
{
	slow->done[item] = true;
	slow->order[slow->count++] = item;
	for (int i = 0; i < turn; i++)
	{
		if (slow->waits[i][item] && is_ready(slow, i))
			do_item(slow, i, turn);
	}
}

static void
do_all(Slow *slow)
{
	for (int i = 0; i < slow->bulk->count; i++)
	{
		if (is_ready(slow, i))
			do_item(slow, i, i);
	}
}

static bool
is_same_unit(const Bulk *bulk, int a, int b)
{
	return a == b || (bulk->reaches[a][b] && bulk->reaches[b][a]);
}

static int
last_of_unit(const Bulk *bulk, int operation)
{
	int			last = operation;

	for (int i = operation; i < bulk->count; i++)
	{
		if (is_same_unit(bulk, i, operation))
			last = i;
	}
	return last;
}

/* A unit goes by its last operation. */
static void
do_units(const Bulk *bulk, Slow *slow)
{
	*slow = (Slow) {.bulk = bulk};
	for (int i = 0; i < bulk->count; i++)
	{
		int			unit = last_of_unit(bulk, i);

		slow->is_item[unit] = true;
		for (int j = 0; j < bulk->count; j++)
		{
			if (bulk->refers[i][j] && !is_same_unit(bulk, i, j))
				slow->waits[unit][last_of_unit(bulk, j)] = true;
		}
	}
	do_all(slow);
}

/* Who holds waits for who is held, within a unit, but where that is a circle. */
static void
do_operations(const Bulk *bulk, Slow *slow)
{
	*slow = (Slow) {.bulk = bulk};
	for (int i = 0; i < bulk->count; i++)
	{
		slow->is_item[i] = true;
		for (int j = 0; j < bulk->count; j++)
			slow->waits[i][j] = bulk->holds[i][j] && is_same_unit(bulk, i, j) &&
				!bulk->contains[j][i] && i != j;
	}
	do_all(slow);
}

static int
closing_of_unit(const Bulk *bulk, int unit)
{
	int			closing = -1;

	for (int i = 0; i < bulk->count; i++)
	{
		if (is_same_unit(bulk, i, unit) && bulk->contains[i][i])
			closing = i;
	}
	return closing;
}

/* ---- both ---- */

static bool
is_same_operations(const Bulk *bulk, const ScimBulkUnit *unit, int last, const Slow *operations)
{
	int			count = 0;

	for (int i = 0; i < operations->count; i++)
	{
		if (!is_same_unit(bulk, operations->order[i], last))
			continue;
		if (count == unit->count || unit->operations[count++] != operations->order[i])
			return false;
	}
	return count == unit->count;
}

static bool
is_right(const Bulk *bulk)
{
	Slow		units;
	Slow		operations;
	int			count;
	ScimBulkUnit *found = scim_order_bulk(bulk->count, bulk->edges, bulk->edge_count, &count);

	do_units(bulk, &units);
	do_operations(bulk, &operations);
	for (int i = 0; i < count && count == units.count; i++)
	{
		if (!is_same_operations(bulk, &found[i], units.order[i], &operations) ||
			found[i].closing != closing_of_unit(bulk, units.order[i]))
			return false;
	}
	return count == units.count;
}

/* ---- by hand ---- */

/* "2|0 1!1": units as they are done, with | between them, ! in front of what closes. */
static char *
text_of(int operations, const ScimBulkEdge *edges, int edge_count)
{
	int			count;
	ScimBulkUnit *units = scim_order_bulk(operations, edges, edge_count, &count);
	char	   *text = "";

	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			text = psprintf("%s|", text);
		for (int j = 0; j < units[i].count; j++)
			text = psprintf("%s%s%d", text, j > 0 ? " " : "", units[i].operations[j]);
		if (units[i].closing >= 0)
			text = psprintf("%s!%d", text, units[i].closing);
	}
	return text;
}

/* Edges are "1>0 2=0": that 1 refers to 0, and that 2 holds it. */
static void
orders(int operations, const char *text, const char *expected)
{
	ScimBulkEdge edges[10];
	int			count = 0;
	char	   *end = unconstify(char *, text);
	char	   *found;

	while (*end)
	{
		ScimBulkEdge *edge = &edges[count++];

		edge->from = strtol(end, &end, 10);
		edge->member = *end++ == '=';
		edge->to = strtol(end, &end, 10);
	}
	found = text_of(operations, edges, count);
	report(strcmp(found, expected) == 0, psprintf("\"%s\": %s", text, found));
}

/* Each refers to the one behind it. */
static bool
is_chain(int count, bool closed)
{
	ScimBulkEdge *edges = palloc(count * sizeof(ScimBulkEdge));
	int			unit_count;
	ScimBulkUnit *units;

	for (int i = 0; i < count; i++)
		edges[i] = (ScimBulkEdge) {.from = i, .to = (i + 1) % count};
	units = scim_order_bulk(count, edges, closed ? count : count - 1, &unit_count);
	if (closed)
		return unit_count == 1 && units[0].count == count && units[0].operations[1] == 1 &&
			units[0].closing == -1;
	for (int i = 0; i < unit_count; i++)
	{
		if (units[i].count != 1 || units[i].operations[0] != count - 1 - i)
			return false;
	}
	return unit_count == count;
}

int
main(void)
{
	int			count;
	Bulk		bulk;
	bool		right = true;

	scim_order_bulk(0, NULL, 0, &count);
	report(count == 0, "no operations");
	orders(4, "", "0|1|2|3");
	orders(3, "1>0 2>0 2>1", "0|1|2");
	orders(4, "0>2", "1|2|0|3");
	orders(6, "1>4 0>1 2>4 3>4", "4|1|0|2|3|5");
	orders(5, "0>2 0>4 1>0 3>1", "2|4|0|1|3");
	orders(4, "0>2 2>0", "1|0 2|3");
	orders(4, "1>3 3>1 2>1", "0|1 3|2");
	orders(3, "0=1 1>0", "1 0|2");
	orders(3, "0=1 1=0", "0 1!1|2");
	orders(2, "0=0", "0!0|1");
	orders(2, "1>1", "0|1");
	orders(4, "0>1 1>0 0=2 2>3 3>0 3=3", "1 2 0 3!3");

	srand(1);
	for (int i = 0; i < 20000 && right; i++)
	{
		make_bulk(&bulk);
		right = is_right(&bulk);
		server_reset();
	}
	report(right, "at random, as the slow way has it");
	report(is_chain(5000, false), "a long chain, from its end");
	server_reset();
	report(is_chain(5000, true), "a long chain that is closed");
	printf("1..%d\n", tests);
	return failures > 0;
}
