/*
 * nesting.c
 *		Groups in groups: that there are no cycles, and which groups a user is in
 *		through others.
 *
 * Whoever puts a group into another holds a lock of the tenant until its
 * transaction ends, and looks after the fact, under the latest snapshot, from
 * all groups that got members upwards: if one of the new members is among those
 * that hold its group, a cycle was closed.  Upwards, as most groups are held by
 * few.  A cycle that was there before (written with triggers off) is in nobody's
 * way.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "core/finder.h"
#include "core/graph.h"
#include "executor/spi.h"
#include "group/nesting.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/groups.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

/* Hashes of the texts; the edge has those. */
typedef struct EdgeKey
{
	uint64		group;
	uint64		member;
	uint64		tenant;
} EdgeKey;

typedef struct Edge
{
	EdgeKey		key;			/* of the hash table */
	char	   *tenant;
	char	   *group;
	char	   *member;
	int			count;			/* came, less went */
} Edge;

struct ScimNesting
{
	HTAB	   *edges;
	MemoryContext context;
};

static uint64
hash_text(const char *text)
{
	return scim_text_hash(text, strlen(text));
}

void
scim_lock_nesting(const ScimRegistration *members, const char *tenant)
{
	LockDatabaseObject(RelationRelationId, members->relid, (uint16) hash_text(tenant),
					   ShareUpdateExclusiveLock);
}

/* ---- what a statement did ---- */

ScimNesting *
scim_new_nesting(void)
{
	ScimNesting *nesting = palloc(sizeof(ScimNesting));

	nesting->edges = NULL;
	nesting->context = CurrentMemoryContext;
	return nesting;
}

/* Two texts may have one hash: then the second edge has the next key that is free. */
static bool
is_edge(const Edge *edge, const char *tenant, const char *group, const char *member)
{
	return strcmp(edge->group, group) == 0 && strcmp(edge->member, member) == 0 &&
		strcmp(edge->tenant, tenant) == 0;
}

void
scim_note_nested(ScimNesting *nesting, const char *tenant, const char *group,
				 const char *member, bool came)
{
	EdgeKey		key;
	Edge	   *edge;
	bool		found;

	if (nesting->edges == NULL)
	{
		HASHCTL		control = {
			.keysize = sizeof(EdgeKey),
			.entrysize = sizeof(Edge),
			.hcxt = nesting->context
		};

		nesting->edges = hash_create("scimver nested groups", 64, &control,
									 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	memset(&key, 0, sizeof(key));
	key.group = hash_text(group);
	key.member = hash_text(member);
	key.tenant = hash_text(tenant);
	while (edge = hash_search(nesting->edges, &key, HASH_ENTER, &found),
		   found && !is_edge(edge, tenant, group, member))
		key.group++;
	if (!found)
	{
		edge->tenant = MemoryContextStrdup(nesting->context, tenant);
		edge->group = MemoryContextStrdup(nesting->context, group);
		edge->member = MemoryContextStrdup(nesting->context, member);
		edge->count = 0;
	}
	edge->count += came ? 1 : -1;
}

/* ---- cycles ---- */

static int
compare_edges(const void *a, const void *b)
{
	const Edge *x = *(Edge *const *) a;
	const Edge *y = *(Edge *const *) b;
	int			order = strcmp(x->tenant, y->tenant);

	if (order == 0)
		order = strcmp(x->group, y->group);
	return order != 0 ? order : strcmp(x->member, y->member);
}

/* The memberships that were not there before, in the order of (tenant, group, member). */
static Edge **
new_edges(const ScimNesting *nesting, int *count)
{
	long		all = hash_get_num_entries(nesting->edges);
	Edge	  **edges = palloc_extended(Max(all, 1) * sizeof(Edge *), MCXT_ALLOC_HUGE);
	HASH_SEQ_STATUS scan;
	Edge	   *edge;

	*count = 0;
	hash_seq_init(&scan, nesting->edges);
	while ((edge = hash_seq_search(&scan)) != NULL)
	{
		if (edge->count > 0)
			edges[(*count)++] = edge;
	}
	qsort(edges, *count, sizeof(Edge *), compare_edges);
	return edges;
}

static SCIM_NORETURN void throw_cycle(const char *group, const char *member);

static void
throw_cycle(const char *group, const char *member)
{
	ScimError  *error = scim_error(SCIM_MEMBER_IN_ITSELF);

	scim_error_text(error, "path", "members.value");
	scim_error_text(error, "value", member);
	if (strcmp(group, member) == 0)
		scim_throw(error, "a group cannot be its own member");
	scim_throw(error,
			   "group \"%s\" cannot be a member of group \"%s\", which it holds, itself or through "
			   "others",
			   member, group);
}

/*
 * And the groups that hold the group up.id: a look-up by key, whatever the
 * planner thinks of the table's size.
 */
#define HOLDERS \
	"{?subgroup: UNION SELECT h.id FROM up, LATERAL (SELECT m.{group} AS id FROM {table} AS m" \
	" WHERE {in_tenant} AND m.{subgroup}" EQ "up.id AND m.{group} IS NOT NULL OFFSET 0) AS h}"

/* tenant, groups: member, group: of these, of the groups that hold them, and so on */
static const ScimStatement find_holders_above = {
	.sql = "WITH RECURSIVE up(id) AS (SELECT pg_catalog.unnest($2)" HOLDERS ")"
	" SELECT up.id, h.id FROM up, LATERAL (SELECT m.{group} AS id FROM {table} AS m"
	" WHERE {in_tenant} AND {?subgroup:m.{subgroup}" EQ "up.id}{!subgroup:false} OFFSET 0) AS h",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER},
	.as_owner = true,
	.latest = true
};

/* From each group that got members to those that hold it, themselves or through others. */
static void
read_holders(const ScimRegistration *members, Edge **edges, int count, ScimGraph *graph)
{
	Datum	   *ids = palloc_extended(count * sizeof(Datum), MCXT_ALLOC_HUGE);
	int			id_count = 0;
	Datum		values[2];
	uint64		found;

	for (int i = 0; i < count; i++)
	{
		if (i > 0 && strcmp(edges[i]->group, edges[i - 1]->group) == 0)
			continue;
		scim_add_node(graph, edges[i]->group);
		ids[id_count++] = scim_id_datum(members, edges[i]->group);
	}
	values[0] = scim_tenant_datum(members, edges[0]->tenant);
	values[1] = scim_id_array(members->id_type, ids, id_count);
	found = scim_run(&find_holders_above, members, values, NULL, false);
	for (uint64 i = 0; i < found; i++)
	{
		Datum		row[2];
		bool		nulls[2];
		int			member;

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, row, nulls);
		if (nulls[0] || nulls[1])
			continue;
		member = scim_add_node(graph, scim_id_text(members->id_type, row[0]));
		scim_add_edge(graph, member, scim_add_node(graph, scim_id_text(members->id_type, row[1])));
	}
	SPI_freetuptable(SPI_tuptable);
	pfree(ids);
}

/* The new memberships of one tenant: one search for all of them. */
static void
refuse_cycles_of(const ScimRegistration *members, Edge **edges, int count)
{
	ScimGraph	graph = {NULL};

	read_holders(members, edges, count, &graph);
	scim_find_components(&graph);
	for (int i = 0; i < count; i++)
	{
		int			group = scim_find_node(&graph, edges[i]->group);
		int			member = scim_find_node(&graph,
											scim_id_text(members->id_type,
														 scim_id_datum(members, edges[i]->member)));

		CHECK_FOR_INTERRUPTS();
		if (member >= 0 && graph.nodes[member].component == graph.nodes[group].component)
			throw_cycle(edges[i]->group, edges[i]->member);
	}
}

void
scim_refuse_cycles(ScimNesting *nesting, const ScimRegistration *members)
{
	Edge	  **edges;
	int			count;
	int			same;

	if (nesting->edges == NULL)
		return;
	edges = new_edges(nesting, &count);
	for (int i = 0; i < count; i++)
	{
		if (i == 0 || strcmp(edges[i]->tenant, edges[i - 1]->tenant) != 0)
			scim_lock_nesting(members, edges[i]->tenant);
	}
	for (int i = 0; i < count; i += same)
	{
		same = 1;
		while (i + same < count && strcmp(edges[i + same]->tenant, edges[i]->tenant) == 0)
			same++;
		refuse_cycles_of(members, edges + i, same);
	}
}

/* ---- indirect groups ---- */

/* tenant, user: group, is it direct, display; indirect ones too */
static const ScimStatement show_groups = {
	.sql = "WITH RECURSIVE up(id) AS (SELECT m.{group} FROM {table} AS m"
	" WHERE {in_tenant} AND m.{user}" EQ "$2 AND m.{group} IS NOT NULL" HOLDERS ")"
	" SELECT up.id, EXISTS (SELECT FROM {table} AS m"
	" WHERE {in_tenant} AND m.{user}" EQ "$2 AND m.{group}" EQ "up.id), "
	SCIM_DISPLAY_GROUP("up.id")
	" FROM up ORDER BY 1",
	.types = {SCIM_TENANT_PARAMETER, SCIM_MEMBER_PARAMETER}
};

JsonbValue *
scim_all_groups(const char *tenant, const char *user)
{
	const ScimResourceType *type = scim_members_type();
	const ScimRegistration *members = scim_find_members(type);
	JsonbValue *groups;
	Datum		values[2];
	uint64		count;

	if (members == NULL || scim_find_table(type) == NULL ||
		!scim_parse_id(members->member_type, user, &values[1]))
		return NULL;
	values[0] = scim_tenant_datum(members, tenant);
	count = scim_run(&show_groups, members, values, NULL, true);
	if (count == 0)
		return NULL;
	groups = scim_new_array();
	for (uint64 i = 0; i < count; i++)
	{
		Datum		row[3];
		bool		nulls[3];

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, row, nulls);
		scim_append(groups, scim_other_side(type, scim_id_text(members->id_type, row[0]),
											nulls[2] ? NULL : TextDatumGetCString(row[2]),
											DatumGetBool(row[1]) ? "direct" : "indirect"));
	}
	return groups;
}
