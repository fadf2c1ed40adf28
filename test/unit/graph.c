/*
 * graph.c
 *		Unit test of core/graph.c: in random graphs, two nodes have the same
 *		component exactly if each is reached from the other; prints TAP.
 *
 *		graph
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/graph.h"

#undef printf

#define MOST 40

static int	tests = 0;
static int	failures = 0;

static void
report(bool good, const char *text)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, text);
	failures += !good;
}

/* The same numbers on every machine. */
static unsigned int
random_below(unsigned int limit)
{
	static unsigned int state = 1;

	state = state * 1103515245 + 12345;
	return (state >> 16) % limit;
}

/*
 * Whether the components of a graph of so many nodes and random edges are those
 * that reachability makes.
 */
static bool
is_right(int nodes, int edges)
{
	ScimGraph	graph = {NULL};
	bool		reached[MOST][MOST] = {{false}};

	for (int i = 0; i < nodes; i++)
	{
		if (scim_add_node(&graph, psprintf("node %d", i)) != i ||
			scim_find_node(&graph, psprintf("node %d", i)) != i)
			return false;
		reached[i][i] = true;
	}
	for (int i = 0; i < edges; i++)
	{
		int			start = random_below(nodes);
		int			end = random_below(nodes);

		scim_add_edge(&graph, scim_add_node(&graph, psprintf("node %d", start)), end);
		reached[start][end] = true;
	}
	for (int k = 0; k < nodes; k++)
		for (int i = 0; i < nodes; i++)
			for (int j = 0; j < nodes; j++)
				reached[i][j] |= reached[i][k] && reached[k][j];
	scim_find_components(&graph);
	for (int i = 0; i < nodes; i++)
		for (int j = 0; j < nodes; j++)
		{
			if ((graph.nodes[i].component == graph.nodes[j].component) !=
				(reached[i][j] && reached[j][i]))
				return false;
		}
	return graph.node_count == nodes && scim_find_node(&graph, "none") == -1;
}

/* A chain so long that recursion would not come to its end; closed, it is one component. */
static bool
is_one(int nodes, bool closed)
{
	ScimGraph	graph = {NULL};
	bool		same;

	for (int i = 0; i < nodes; i++)
		scim_add_node(&graph, psprintf("%d", i));
	for (int i = 0; i < nodes - !closed; i++)
		scim_add_edge(&graph, i, (i + 1) % nodes);
	scim_find_components(&graph);
	same = graph.nodes[0].component == graph.nodes[nodes - 1].component;
	for (int i = 1; i < nodes; i++)
	{
		if ((graph.nodes[i].component == graph.nodes[0].component) != same)
			return false;
	}
	return same;
}

int
main(void)
{
	bool		right = true;

	for (int i = 0; i < 3000; i++)
	{
		int			nodes = 1 + random_below(i % 100 == 0 ? MOST : 9);

		right &= is_right(nodes, random_below(2 * nodes + 1));
		server_reset();
	}
	report(right, "components are what reaches one another");
	report(is_right(1, 0) && is_right(1, 1), "one node");
	server_reset();
	report(!is_one(20000, false), "a long chain");
	server_reset();
	report(is_one(20000, true), "a long chain that is closed");
	printf("1..%d\n", tests);
	return failures > 0;
}
