/*
 * graph.c
 *		What is in a cycle with what: the strongly connected components of a
 *		directed graph (Tarjan 1972), without recursion, as chains may be long.
 */
#include "postgres.h"

#include "core/graph.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* ---- building ---- */

int
scim_find_node(const ScimGraph *graph, const char *name)
{
	const ScimFound *found = scim_finder_first(&graph->by_name, scim_text_hash(name, strlen(name)));

	while (found && strcmp(graph->nodes[found->item].name, name) != 0)
		found = scim_finder_next(&graph->by_name, found);
	return found ? found->item : -1;
}

/* Room for one more of "count". */
static void *
with_room(void *items, int count, int *room, Size size)
{
	if (count < *room)
		return items;
	*room = Max(16, 2 * *room);
	return items ? repalloc_huge(items, *room * size) : palloc(*room * size);
}

int
scim_add_node(ScimGraph *graph, const char *name)
{
	int			node = scim_find_node(graph, name);

	if (node >= 0)
		return node;
	node = graph->node_count++;
	graph->nodes = with_room(graph->nodes, node, &graph->node_room, sizeof(ScimNode));
	graph->nodes[node] = (ScimNode) {.name = name, .edge = -1};
	scim_finder_add(&graph->by_name, scim_text_hash(name, strlen(name)), node);
	return node;
}

void
scim_add_edge(ScimGraph *graph, int start, int end)
{
	int			edge = graph->edge_count++;

	graph->edges = with_room(graph->edges, edge, &graph->edge_room, sizeof(ScimEdge));
	graph->edges[edge] = (ScimEdge) {.end = end, .next = graph->nodes[start].edge};
	graph->nodes[start].edge = edge;
}

/* ---- components ---- */

typedef struct Search
{
	ScimGraph  *graph;
	int		   *way;			/* from where the search began to where it is */
	int		   *edge;			/* of each node on the way, the next that is to be followed */
	int			depth;
	int		   *open;			/* nodes that were reached and have no component yet */
	int			open_count;
	int			numbered;
} Search;

static void
enter(Search *search, int node)
{
	search->graph->nodes[node].number = search->graph->nodes[node].lowest = ++search->numbered;
	search->graph->nodes[node].component = -1;
	search->open[search->open_count++] = node;
	search->way[search->depth] = node;
	search->edge[search->depth++] = search->graph->nodes[node].edge;
}

/* All that begins at the last node of the way was followed. */
static void
leave(Search *search)
{
	ScimNode   *nodes = search->graph->nodes;
	int			node = search->way[--search->depth];
	int			last;

	if (search->depth > 0)
	{
		ScimNode   *before = &nodes[search->way[search->depth - 1]];

		before->lowest = Min(before->lowest, nodes[node].lowest);
	}
	if (nodes[node].lowest < nodes[node].number)
		return;
	do
	{
		last = search->open[--search->open_count];
		nodes[last].component = node;
	} while (last != node);
}

static void
search_from(Search *search, int start)
{
	ScimNode   *nodes = search->graph->nodes;

	enter(search, start);
	while (search->depth > 0)
	{
		int			top = search->depth - 1;
		int			edge = search->edge[top];
		int			end;

		CHECK_FOR_INTERRUPTS();
		if (edge < 0)
		{
			leave(search);
			continue;
		}
		end = search->graph->edges[edge].end;
		search->edge[top] = search->graph->edges[edge].next;
		if (nodes[end].number == 0)
			enter(search, end);
		else if (nodes[end].component < 0)
			nodes[search->way[top]].lowest = Min(nodes[search->way[top]].lowest, nodes[end].number);
	}
}

void
scim_find_components(ScimGraph *graph)
{
	Search		search = {.graph = graph};
	Size		size = Max(graph->node_count, 1) * sizeof(int);

	search.way = palloc_extended(size, MCXT_ALLOC_HUGE);
	search.edge = palloc_extended(size, MCXT_ALLOC_HUGE);
	search.open = palloc_extended(size, MCXT_ALLOC_HUGE);
	for (int i = 0; i < graph->node_count; i++)
	{
		if (graph->nodes[i].number == 0)
			search_from(&search, i);
	}
	pfree(search.way);
	pfree(search.edge);
	pfree(search.open);
}
