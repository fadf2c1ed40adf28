/*
 * bulk_fuzz.c
 *		libFuzzer target for bulk requests: how they are read, references within them, and in
 *		which order they are done (src/core/bulk*.c), without a server.
 *
 * The input is a BulkRequest, or an array of operations.  Beside memory errors it looks for
 * what would break promises:
 * - an error is one of the catalogue; an operation is well formed, or has a fault that says
 *   where it stands, and what is read strictly is read loosely, too;
 * - a bulkId is that of one POST, or they have faults;
 * - what is resolved has no reference that was found, is resolved once and for all, and has
 *   the same keys, and but for references the same values; as many were visited;
 * - the units hold each operation once, and what an operation refers to comes before it or
 *   in the same unit; there, who is a member comes before who holds it, or one closes a
 *   circle.
 */
#include "server.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "core/bulk.h"
#include "core/bulk_order.h"
#include "core/bulk_reference.h"
#include "core/resource.h"

#undef fprintf

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

#define MOST 50

static ServerError error;

typedef struct Case
{
	const ScimRules *rules;
	Jsonb	   *request;
	ScimBulk   *bulk;
	int			from;			/* whose references are visited */
	ScimBulkEdge *edges;
	int			edge_count;
	int			visited;
} Case;

/* ---- reading ---- */

static void
read_bulk(void *argument)
{
	Case	   *c = argument;

	c->bulk = scim_read_bulk(c->rules, c->request, true, MOST);
}

static bool
attempt(Case *c, const ScimRules *rules)
{
	c->rules = rules;
	if (server_try(read_bulk, c, &error))
		return true;
	MUST(strstr(error.message, ": ") && error.detail[0] == '{');
	return false;
}

static void
check_fault(const ScimBulkFault *fault, int index)
{
	char	   *where = psprintf("Operations[%d]", index);

	MUST(fault->status == 400 || fault->status == 405);
	MUST(strncmp(fault->detail, where, strlen(where)) == 0);
}

static void
check_operation(const ScimBulkOperation *operation)
{
	bool		is_post = operation->method == SCIM_BULK_POST;

	MUST(operation->method != SCIM_BULK_OTHER && operation->given_method);
	MUST(operation->path && operation->path[0] == '/' && !strchr(operation->path, '?'));
	MUST((operation->data == NULL) == (operation->method == SCIM_BULK_DELETE));
	MUST(operation->data == NULL || JB_ROOT_IS_OBJECT(operation->data));
	MUST(operation->bulk_id || !is_post);
	MUST(operation->bulk_id == NULL ||
		 scim_is_bulk_id(operation->bulk_id, strlen(operation->bulk_id)));
	MUST(operation->version == NULL ||
		 (!is_post && scim_version_is_well_formed(operation->version, strlen(operation->version))));
}

/* Of two POSTs with the same bulkId, neither is well formed. */
static void
check_bulk_id(const ScimBulk *bulk, int index)
{
	const ScimBulkOperation *operation = &bulk->operations[index];

	for (int i = 0; i < bulk->count; i++)
	{
		const ScimBulkOperation *other = &bulk->operations[i];

		if (i != index && other->method == SCIM_BULK_POST && other->bulk_id &&
			strcmp(other->bulk_id, operation->bulk_id) == 0)
			MUST(operation->fault && other->fault);
	}
}

static void
check_bulk(const ScimBulk *bulk)
{
	MUST(bulk->count <= MOST && bulk->fail_on_errors >= 0);
	for (int i = 0; i < bulk->count; i++)
	{
		if (bulk->operations[i].fault)
			check_fault(bulk->operations[i].fault, i);
		else
			check_operation(&bulk->operations[i]);
		if (bulk->operations[i].method == SCIM_BULK_POST && bulk->operations[i].bulk_id)
			check_bulk_id(bulk, i);
	}
}

/* The POST that has the bulkId; -1: none, or it has a fault. */
static int
post_of(const ScimBulk *bulk, const char *bulk_id, int length)
{
	int			found = -1;

	for (int i = 0; i < bulk->count; i++)
	{
		const ScimBulkOperation *operation = &bulk->operations[i];

		if (operation->method == SCIM_BULK_POST && !operation->fault &&
			(int) strlen(operation->bulk_id) == length &&
			memcmp(operation->bulk_id, bulk_id, length) == 0)
		{
			MUST(found == -1);
			found = i;
		}
	}
	return found;
}

/* Loosely, no less is well formed. */
static void
check_loosely(const Case *strict)
{
	static const ScimRules loose = {.loose_envelope = true};
	Case		c = *strict;

	if (!attempt(&c, &loose))
	{
		MUST(strict->bulk == NULL);
		return;
	}
	check_bulk(c.bulk);
	for (int i = 0; strict->bulk && i < c.bulk->count; i++)
		MUST(!c.bulk->operations[i].fault || strict->bulk->operations[i].fault);
}

/* ---- references ---- */

/* Some bulkIds nobody knows. */
static const char *
find(const char *bulk_id, int length, void *argument)
{
	return bulk_id[0] > 'm' ? NULL : psprintf("id of %s", pnstrdup(bulk_id, length));
}

static bool
is_found(const JsonbValue *value)
{
	const char *bulk_id;
	int			length;

	return value->type == jbvString &&
		scim_is_bulk_reference(value->val.string.val, value->val.string.len, &bulk_id, &length) &&
		find(bulk_id, length, NULL) != NULL;
}

/* Side by side: what was, and what is resolved. */
static void
check_resolved(const JsonbValue *before, const JsonbValue *after)
{
	ScimWalk	old;
	ScimWalk	new;
	JsonbValue	old_key;
	JsonbValue	new_key;
	JsonbValue	old_child;
	JsonbValue	new_child;

	MUST(!is_found(after));
	if (is_found(before))
	{
		MUST(after->type == jbvString && after->val.string.len > 6);
		return;
	}
	MUST(before->type == after->type);
	if (before->type != jbvBinary)
	{
		MUST(scim_equal(before, after));
		return;
	}
	scim_walk(&old, before->val.binary.data);
	scim_walk(&new, after->val.binary.data);
	MUST(old.count == new.count);
	while (scim_walk_next(&old, &old_key, &old_child) &&
		   scim_walk_next(&new, &new_key, &new_child))
	{
		MUST(old_key.val.string.len == new_key.val.string.len &&
			 memcmp(old_key.val.string.val, new_key.val.string.val, new_key.val.string.len) == 0);
		check_resolved(&old_child, &new_child);
	}
}

static void
resolve(Jsonb *data)
{
	Jsonb	   *resolved = scim_resolve_bulk_ids(data, find, NULL);
	JsonbValue	before;
	JsonbValue	after;

	scim_root(data, &before);
	scim_root(resolved, &after);
	check_resolved(&before, &after);
	MUST(scim_resolve_bulk_ids(resolved, find, NULL) == resolved);
}

static int
count_references(const JsonbValue *value)
{
	const char *bulk_id;
	int			length;
	int			count;
	ScimWalk	walk;
	JsonbValue	child;

	count = value->type == jbvString &&
		scim_is_bulk_reference(value->val.string.val, value->val.string.len, &bulk_id, &length);
	if (value->type != jbvBinary)
		return count;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &child))
		count += count_references(&child);
	return count;
}

static void
add_edge(Case *c, const char *bulk_id, int length, bool member)
{
	int			to = post_of(c->bulk, bulk_id, length);

	if (to >= 0)
		c->edges[c->edge_count++] = (ScimBulkEdge) {.from = c->from, .to = to, .member = member};
}

static void
visit(const char *bulk_id, int length, bool member, void *argument)
{
	Case	   *c = argument;

	MUST(scim_is_bulk_id(bulk_id, length));
	c->visited++;
	add_edge(c, bulk_id, length, member);
}

/* What the operations refer to. */
static void
find_edges(Case *c, size_t size)
{
	/* as many as fit into the input, and one for each path */
	c->edges = palloc((size + MOST) * sizeof(ScimBulkEdge));
	for (int i = 0; i < c->bulk->count; i++)
	{
		const ScimBulkOperation *operation = &c->bulk->operations[i];
		const char *slash = operation->path ? strrchr(operation->path, '/') : NULL;
		const char *bulk_id;
		int			length;
		JsonbValue	root;

		c->from = i;
		c->visited = 0;
		if (operation->method != SCIM_BULK_POST && slash &&
			scim_is_bulk_reference(slash + 1, strlen(slash + 1), &bulk_id, &length))
			add_edge(c, bulk_id, length, false);
		if (operation->data == NULL)
			continue;
		resolve(operation->data);
		scim_visit_bulk_ids(operation->data, visit, c);
		scim_root(operation->data, &root);
		MUST(c->visited == count_references(&root));
	}
}

/* ---- the order ---- */

/* Where each operation stands: its unit, and its place among all. */
typedef struct Place
{
	const ScimBulkUnit *unit;
	int			unit_number;
	int			number;
} Place;

static void
find_places(const Case *c, const ScimBulkUnit *units, int count, Place *places)
{
	int			number = 0;

	memset(places, 0, MOST * sizeof(Place));
	for (int i = 0; i < count; i++)
	{
		bool		has_closing = units[i].closing == -1;

		MUST(units[i].count > 0);
		for (int j = 0; j < units[i].count; j++)
		{
			Place	   *place = &places[units[i].operations[j]];

			MUST(place->unit == NULL);
			*place = (Place) {.unit = &units[i], .unit_number = i, .number = number++};
			has_closing |= units[i].operations[j] == units[i].closing;
		}
		MUST(has_closing);
	}
	MUST(number == c->bulk->count);
}

static void
check_order(const Case *c)
{
	Place		places[MOST];
	int			count;
	const ScimBulkUnit *units = scim_order_bulk(c->bulk->count, c->edges, c->edge_count, &count);

	find_places(c, units, count, places);
	for (int i = 0; i < c->edge_count; i++)
	{
		const ScimBulkEdge *edge = &c->edges[i];
		const Place *from = &places[edge->from];
		const Place *to = &places[edge->to];

		MUST(to->unit_number <= from->unit_number);
		if (edge->member && to->unit == from->unit && to->unit->closing == -1)
			MUST(to->number < from->number);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Case		c = {.request = server_read_json((const char *) data, size)};

	if (c.request)
	{
		if (attempt(&c, &scim_strict_rules))
		{
			check_bulk(c.bulk);
			find_edges(&c, size);
			check_order(&c);
		}
		check_loosely(&c);
	}
	server_reset();
	return 0;
}
