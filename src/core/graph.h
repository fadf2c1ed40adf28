/*
 * graph.h
 *		What is in a cycle with what: directed graphs whose nodes have names.
 */
#ifndef SCIM_CORE_GRAPH_H
#define SCIM_CORE_GRAPH_H

#include "postgres.h"

#include "core/finder.h"

typedef struct ScimNode
{
	const char *name;
	int			edge;			/* the last that was added of those that begin here; -1: none */
	int			component;		/* after scim_find_components */
	int			number;			/* in the order in which the search came by, from 1; 0: not yet */
	int			lowest;			/* number that leads back from here */
} ScimNode;

typedef struct ScimEdge
{
	int			end;
	int			next;			/* the other edges that begin there; -1: no more */
} ScimEdge;

/* All zero is empty. */
typedef struct ScimGraph
{
	ScimNode   *nodes;
	int			node_count;
	int			node_room;
	ScimEdge   *edges;
	int			edge_count;
	int			edge_room;
	ScimFinder	by_name;
} ScimGraph;

/* The node with that name; -1: there is none. */
extern int	scim_find_node(const ScimGraph *graph, const char *name);

/* The same; a new one, which keeps the name, if there is none. */
extern int	scim_add_node(ScimGraph *graph, const char *name);

extern void scim_add_edge(ScimGraph *graph, int start, int end);

/*
 * Gives each node its component: two nodes have the same if edges lead from
 * each of them to the other.  In time linear in nodes and edges.
 */
extern void scim_find_components(ScimGraph *graph);

#endif							/* SCIM_CORE_GRAPH_H */
