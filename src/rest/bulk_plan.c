/*
 * bulk_plan.c
 *		What the operations of a bulk are done to, and in which order.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "base/settings.h"
#include "core/bulk_reference.h"
#include "core/spelling.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "resource/new_id.h"
#include "resource/target.h"
#include "rest/bulk_plan.h"
#include "rest/place.h"
#include "statement/profile.h"
#include "statement/tenant.h"

static inline int
place_of(const ScimBulkWork *work, const ScimBulkTask *task)
{
	return task - work->tasks;
}

/* ---- where paths lead ---- */

/* As of a single request; but for what is no resource's, or no type's, endpoint. */
static const ScimBulkFault *
fault_of_place(const ScimBulkWork *work, const ScimBulkTask *task, ScimPlaceKind place)
{
	const ScimBulkOperation *asked = task->asked;

	if (place == SCIM_AT_NOTHING)
		return scim_bulk_fault(404, NULL, "there is nothing at \"%s\"", asked->path);
	if (place != SCIM_AT_TYPE && place != SCIM_AT_RESOURCE)
		return scim_bulk_fault(400, "invalidSyntax",
							   "Operations[%d].path must lead to a resource, or to the endpoint of "
							   "a resource type", place_of(work, task));
	if ((place == SCIM_AT_TYPE) != (asked->method == SCIM_BULK_POST))
		return scim_bulk_fault(405, NULL, "the method \"%s\" is not allowed at \"%s\"",
							   asked->given_method, asked->path);
	return NULL;
}

/* Those of the tenant that is written in, which the bulk may name. */
static const ScimRules *
rules_of(const ScimBulkWork *work, const ScimResourceType *type)
{
	const char *tenant = scim_find_tenant(scim_find_table(type), work->options->tenant);

	return scim_rules_in_force(tenant ? tenant : scim_resolve_tenant(work->options->tenant));
}

static void
find_target(ScimBulkWork *work, ScimBulkTask *task)
{
	ScimHttpRequest request = {
		.method = task->asked->given_method,
		.path = task->asked->path,
		.rules = scim_rules_in_force(scim_resolve_tenant(work->options->tenant))
	};
	ScimPlaceKind place;

	task->fault = task->asked->fault;
	task->maker = -1;
	if (request.path == NULL)
		return;
	place = scim_find_place(&request);
	if (task->fault == NULL)
		task->fault = fault_of_place(work, task, place);
	/* the answer to what is refused says of which resource, too */
	if (task->fault && place != SCIM_AT_RESOURCE)
		return;
	task->type = request.type;
	task->rules = rules_of(work, request.type);
	task->id = request.id ? scim_store_id(request.type->name, request.id) : NULL;
}

/* ---- what refers to what ---- */

/* The POST that has the bulkId; -1: none has. */
static int
find_maker(const ScimBulkWork *work, const char *bulk_id, int length)
{
	const ScimFound *found = scim_finder_first(&work->by_bulk_id, scim_text_hash(bulk_id, length));

	for (; found; found = scim_finder_next(&work->by_bulk_id, found))
	{
		const char *name = work->tasks[found->item].asked->bulk_id;

		if ((int) strlen(name) == length && memcmp(name, bulk_id, length) == 0)
			return found->item;
	}
	return -1;
}

static void
note_makers(ScimBulkWork *work)
{
	for (int i = 0; i < work->bulk->count; i++)
	{
		const ScimBulkOperation *asked = work->tasks[i].asked;

		if (asked->method == SCIM_BULK_POST && asked->bulk_id)
			scim_finder_add(&work->by_bulk_id,
							scim_text_hash(asked->bulk_id, strlen(asked->bulk_id)), i);
	}
}

static void
add_edge(ScimBulkWork *work, ScimBulkEdge edge)
{
	if (work->edge_count == work->edge_room)
	{
		work->edge_room = Max(64, 2 * work->edge_room);
		work->edges = work->edges
			? repalloc_huge(work->edges, work->edge_room * sizeof(ScimBulkEdge))
			: palloc(work->edge_room * sizeof(ScimBulkEdge));
	}
	work->edges[work->edge_count++] = edge;
}

/* Whose references are looked for. */
typedef struct Referrer
{
	ScimBulkWork *work;
	ScimBulkTask *task;
} Referrer;

static void
note_reference(const char *bulk_id, int length, bool member, void *argument)
{
	const Referrer *referrer = argument;
	ScimBulkWork *work = referrer->work;
	ScimBulkTask *task = referrer->task;
	int			maker = find_maker(work, bulk_id, length);
	ScimBulkEdge edge = {
		.from = place_of(work, task),
		.to = maker,
		.member = member && task->type->has_members
	};

	CHECK_FOR_INTERRUPTS();
	if (maker >= 0)
		add_edge(work, edge);
	else if (task->fault == NULL)
		task->fault = scim_bulk_fault(400, "invalidValue",
									  "Operations[%d] refers to the bulkId \"%s\", which no POST "
									  "of this request has", place_of(work, task),
									  pnstrdup(bulk_id, length));
}

/* ---- what comes after what ---- */

static bool
has_target_of(const ScimBulkTask *task, const ScimBulkTask *other)
{
	if (task->type != other->type || task->maker != other->maker)
		return false;
	return task->maker >= 0 || strcmp(task->id, other->id) == 0;
}

/*
 * What is done to the same resource keeps its order, also where one of them waits for somebody:
 * it comes after the last one before it.
 */
static void
follow_last(ScimBulkWork *work, ScimBulkTask *task)
{
	const char *key = task->maker < 0 ? task->id : work->tasks[task->maker].asked->bulk_id;
	uint64		hash = scim_text_hash(key, strlen(key));
	const ScimFound *found = scim_finder_first(&work->by_target, hash);
	ScimBulkEdge edge = {.from = place_of(work, task), .follows = true};

	while (found && !has_target_of(task, &work->tasks[found->item]))
		found = scim_finder_next(&work->by_target, found);
	if (found)
	{
		edge.to = found->item;
		add_edge(work, edge);
	}
	scim_finder_add(&work->by_target, hash, place_of(work, task));
}

/* Is it done later than it stands: behind what is made later, or behind who waits himself? */
static bool
waits(const ScimBulkWork *work, const ScimBulkTask *task)
{
	for (int i = task->first_edge; i < work->edge_count; i++)
	{
		int			to = work->edges[i].to;

		if (to > place_of(work, task) || work->tasks[to].waits)
			return true;
	}
	return false;
}

/* Who waits is found by each text in its data: that may be the id of somebody. */
static void
note_names(ScimBulkWork *work, int index, const JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	child;

	if (value->type == jbvString)
	{
		char	   *text = scim_string_copy(value);
		char	   *id = scim_store_member_id(text);

		scim_finder_add(&work->by_name, scim_text_hash(id, strlen(id)), index);
		pfree(id);
		pfree(text);
	}
	if (value->type != jbvBinary)
		return;
	check_stack_depth();
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &child))
	{
		CHECK_FOR_INTERRUPTS();
		note_names(work, index, &child);
	}
}

/*
 * Who is deleted is there for all before that name it, also for those that wait.  (Who is only
 * found by the same hash does no harm.)  What the last DELETE of the same came after, so does
 * this one.
 */
static void
follow_names(ScimBulkWork *work, ScimBulkTask *task)
{
	const char *id = task->maker < 0 ? task->id
	: psprintf("bulkId:%s", work->tasks[task->maker].asked->bulk_id);
	uint64		hash = scim_text_hash(id, strlen(id));
	ScimBulkEdge edge = {.from = place_of(work, task), .to = -1, .follows = true};

	for (const ScimFound *found = scim_finder_first(&work->by_name, hash); found;
		 found = scim_finder_next(&work->by_name, found))
	{
		const ScimBulkTask *other = &work->tasks[found->item];

		CHECK_FOR_INTERRUPTS();
		if (other->asked->method == SCIM_BULK_DELETE && has_target_of(task, other))
			break;
		if (other->asked->method == SCIM_BULK_DELETE || found->item == edge.to)
			continue;
		edge.to = found->item;
		add_edge(work, edge);
	}
	scim_finder_add(&work->by_name, hash, place_of(work, task));
}

/* What has to be done before the operation, beside what it refers to. */
static void
order_task(ScimBulkWork *work, ScimBulkTask *task)
{
	JsonbValue	root;

	if (task->asked->method != SCIM_BULK_POST)
		follow_last(work, task);
	if (task->asked->method == SCIM_BULK_DELETE)
		follow_names(work, task);
	task->waits = waits(work, task);
	if (task->waits && task->asked->data)
	{
		scim_root(task->asked->data, &root);
		note_names(work, place_of(work, task), &root);
	}
}

/* ---- an operation's edges ---- */

/* Not of what the bulk makes: it has no version yet that others could have changed. */
static bool
lacks_version(const ScimBulkWork *work, const ScimBulkTask *task)
{
	return work->options->by_tool && scim_setting_require_version && task->maker < 0 &&
		task->asked->method != SCIM_BULK_POST && task->asked->version == NULL;
}

static void
find_references(ScimBulkWork *work, ScimBulkTask *task)
{
	Referrer	referrer = {work, task};
	const char *bulk_id;
	int			length;

	task->first_edge = work->edge_count;
	if (task->id && scim_is_bulk_reference(task->id, strlen(task->id), &bulk_id, &length))
	{
		if (task->fault == NULL)
			note_reference(bulk_id, length, false, &referrer);
		task->maker = find_maker(work, bulk_id, length);
		task->id = NULL;
	}
	if (task->fault)
		return;
	if (task->fault == NULL && lacks_version(work, task))
		task->fault = scim_bulk_fault(428, NULL, "Operations[%d].version is required",
									  place_of(work, task));
	if (task->asked->data)
		scim_visit_bulk_ids(task->asked->data, note_reference, &referrer);
	if (task->fault == NULL)
		order_task(work, task);
	/* what is refused waits for nobody */
	if (task->fault)
		work->edge_count = task->first_edge;
	task->edge_count = work->edge_count - task->first_edge;
}

/* ---- what is to be made ---- */

/* Is that attribute given? */
static bool
is_given(const ScimBulkTask *task, const char *attribute)
{
	JsonbValue	root;
	JsonbValue	name = scim_text(attribute);
	JsonbValue	unused;

	scim_root(task->asked->data, &root);
	return scim_find_any_case(&root, &name, &unused);
}

/*
 * Where the default gives the same id again until somebody has it, who comes first gets it, and
 * that need not be who drew it first.
 */
static char *
draw_id(ScimBulkWork *work, const ScimBulkTask *task)
{
	char	   *id = scim_draw_id(scim_find_table(task->type));
	uint64		hash = id ? scim_text_hash(id, strlen(id)) : 0;
	const ScimFound *found = id ? scim_finder_first(&work->by_id, hash) : NULL;

	for (; found; found = scim_finder_next(&work->by_id, found))
	{
		ScimBulkTask *other = &work->tasks[found->item];

		if (other->type == task->type && strcmp(other->id, id) == 0)
		{
			other->draws_again = true;
			return NULL;
		}
	}
	if (id)
		scim_finder_add(&work->by_id, hash, place_of(work, task));
	return id;
}

static void
draw_ids(void *argument)
{
	ScimBulkWork *work = argument;

	for (int i = 0; i < work->bulk->count; i++)
	{
		ScimBulkTask *task = &work->tasks[i];

		CHECK_FOR_INTERRUPTS();
		if (task->fault || task->asked->method != SCIM_BULK_POST)
			continue;
		task->has_members = task->type->has_members && is_given(task, "members");
		task->has_password = task->type->has_password && is_given(task, "password");
		task->id = draw_id(work, task);
	}
}

void
scim_plan_bulk(ScimBulkWork *work)
{
	const ScimBulk *bulk = work->bulk;

	work->tasks = palloc0(Max(bulk->count, 1) * sizeof(ScimBulkTask));
	for (int i = 0; i < bulk->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		work->tasks[i].asked = &bulk->operations[i];
		find_target(work, &work->tasks[i]);
	}
	note_makers(work);
	for (int i = 0; i < bulk->count; i++)
		find_references(work, &work->tasks[i]);

	/* where one cannot be drawn, nor can it be by who inserts the row, who is told then */
	(void) scim_protect(draw_ids, work);
	for (int i = 0; i < bulk->count; i++)
	{
		if (work->tasks[i].draws_again)
			work->tasks[i].id = NULL;
	}
	work->units = scim_order_bulk(bulk->count, work->edges, work->edge_count, &work->unit_count);
}

/* ---- references, once their ids are known ---- */

static const char *
id_of(const char *bulk_id, int length, void *argument)
{
	const ScimBulkWork *work = argument;
	int			maker = find_maker(work, bulk_id, length);

	return maker < 0 ? NULL : work->tasks[maker].id;
}

Jsonb *
scim_resolved_data(const ScimBulkWork *work, const ScimBulkTask *task)
{
	if (task->asked->data == NULL || task->edge_count == 0)
		return task->asked->data;
	return scim_resolve_bulk_ids(task->asked->data, id_of, unconstify(ScimBulkWork *, work));
}
