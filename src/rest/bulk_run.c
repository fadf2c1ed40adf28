/*
 * bulk_run.c
 *		The operations of a bulk are done, unit by unit (core/bulk_order.h), each of these in a
 *		subtransaction.
 *
 * Before anything is written, all that is named is locked (operation/bulk_locks.h).  A bulk
 * that is to be undone whole when one operation fails is a subtransaction itself.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/progress.h"
#include "base/protect.h"
#include "base/server_error.h"
#include "miscadmin.h"
#include "operation/bulk_locks.h"
#include "operation/by_policy.h"
#include "operation/create.h"
#include "operation/delete.h"
#include "operation/patch.h"
#include "operation/update.h"
#include "rest/bulk_insert.h"
#include "rest/bulk_plan.h"
#include "rest/bulk_run.h"
#include "rest/refusal.h"
#include "utils/memutils.h"

/* So many are inserted before it is told. */
#define TOLD_UNITS 200

/* A unit that is being done. */
typedef struct Step
{
	ScimBulkWork *work;
	const ScimBulkUnit *unit;
	ScimBulkTask *task;
	ScimWriteResult written;
	bool		stands;			/* what refers to one another has the ids that it refers to */
} Step;

/* ---- what failed ---- */

void
scim_fail_task(ScimBulkWork *work, ScimBulkTask *task, int status, const char *scim_type,
			   const char *format, ...)
{
	MemoryContext old = MemoryContextSwitchTo(work->context);
	va_list		args;

	va_start(args, format);
	task->detail = scim_format_error(format, &args);
	va_end(args);
	task->status = status;
	task->scim_type = scim_type;
	task->version = NULL;
	/* of what is refused before anything is done, the one that the history keeps */
	if (status == scim_error_kind(SCIM_VERSION_REQUIRED)->status)
		task->kind = scim_error_kind(SCIM_VERSION_REQUIRED);
	work->failed++;
	if (work->culprit == NULL)
		work->culprit = task;
	MemoryContextSwitchTo(old);
}

/* Of a resource that a reference means, and that was not made. */
static void
fail_reference(ScimBulkWork *work, ScimBulkTask *task, const ScimBulkTask *maker)
{
	scim_fail_task(work, task, 409, NULL,
				   "it refers to the bulkId \"%s\", whose resource was not made",
				   maker->asked->bulk_id);
}

/* The others of a unit, of which each refers to each, be it by way of others. */
static void
fail_others(ScimBulkWork *work, const ScimBulkUnit *unit, const ScimBulkTask *failed)
{
	for (int i = 0; i < unit->count; i++)
	{
		ScimBulkTask *task = &work->tasks[unit->operations[i]];

		if (task != failed)
			fail_reference(work, task, failed);
	}
}

/* Texts, which are kept with the work. */
static List *
kept_texts(const ScimBulkWork *work, const List *texts)
{
	MemoryContext old = MemoryContextSwitchTo(work->context);
	List	   *kept = NIL;
	ListCell   *cell;

	foreach(cell, texts)
		kept = lappend(kept, pstrdup(lfirst(cell)));
	MemoryContextSwitchTo(old);
	return kept;
}

static void
fail_by_error(ScimBulkWork *work, ScimBulkTask *task, const ErrorData *error,
			  const List *conflicting)
{
	const char *detail = scim_http_detail(error, false);

	task->kind = scim_http_kind(error, false);
	task->conflicting = kept_texts(work, conflicting);
	if (task->kind == scim_error_kind(SCIM_INTERNAL))
		scim_log_error(psprintf("bulk %s %s", task->asked->given_method, task->type->endpoint),
					   "failed with", error);
	/* how a bulk has it */
	if (task->kind == scim_error_kind(SCIM_VERSION_REQUIRED) && task->asked->version == NULL)
		detail = psprintf("Operations[%d].version is required", (int) (task - work->tasks));
	scim_fail_task(work, task, task->kind->status, task->kind->scim_type, "%-s", detail);
}

/* ---- one operation ---- */

/*
 * As of a single request: foreign keys that keep what is deleted are asked now, also those that are
 * deferred.
 */
static ScimWriteOptions
options_of(const Step *step, const ScimView *view)
{
	const ScimBulkTask *task = step->task;
	bool		creates = task->asked->method == SCIM_BULK_POST;

	return (ScimWriteOptions)
	{
		.type = task->type->name,
			.tenant = step->work->options->tenant,
			.id = creates ? NULL : task->maker < 0 ? task->id
			: step->work->tasks[task->maker].id,
			.drawn_id = creates ? task->id : NULL,
			.expected = task->asked->version,
			.unnamed = task->asked->version == NULL,
			.view = view,
			.report = task->asked->version != NULL,
			.asks_deferred = true,
	};
}

/* Beside the id and the version nothing is shown. */
static void
write_resource(void *argument)
{
	Step	   *step = argument;
	ScimView	view = {.attribute_count = 0, .excluded_count = -1, .version = true};
	ScimWriteOptions options = options_of(step, &view);
	Jsonb	   *data = scim_resolved_data(step->work, step->task);

	memset(&step->written, 0, sizeof(ScimWriteResult));
	switch (step->task->asked->method)
	{
		case SCIM_BULK_POST:
			scim_store_create(&options, data, &step->written);
			break;
		case SCIM_BULK_PUT:
			scim_store_update(&options, data, &step->written);
			break;
		case SCIM_BULK_PATCH:
			scim_store_patch(&options, data, &step->written);
			break;
		default:
			scim_store_delete(&options, &step->written);
	}
}

static const char *
text_in(const ScimBulkWork *work, Jsonb *resource, const char *name)
{
	JsonbValue	value;

	if (!scim_find(&resource->root, name, &value))
		elog(ERROR, "a resource was shown without its %s", name);
	return MemoryContextStrdup(work->context, scim_string_copy(&value));
}

/* The id that the resource got is the one that others have been told? */
static void
take_written(Step *step)
{
	ScimBulkTask *task = step->task;
	const char *id;

	if (step->written.resource == NULL)
		return;
	task->version = text_in(step->work, step->written.resource, "_version");
	id = text_in(step->work, step->written.resource, "id");
	if (task->asked->method != SCIM_BULK_POST)
		return;
	for (int i = task->first_edge; i < task->first_edge + task->edge_count; i++)
	{
		int			to = step->work->edges[i].to;

		if (&step->work->tasks[to] == task && strcmp(id, task->id) != 0)
			step->stands = false;
	}
	if (step->unit->count > 1 && strcmp(id, task->id) != 0)
		step->stands = false;
	task->id = id;
}

/* As of the single request; what has no body there is 204. */
static int
status_of(const Step *step)
{
	const ScimBulkTask *task = step->task;
	bool		is_patch = task->asked->method == SCIM_BULK_PATCH;

	if (task->asked->method == SCIM_BULK_POST)
		return 201;
	if (task->asked->method == SCIM_BULK_DELETE || step->written.nothing_asked)
		return 204;
	return is_patch && task->rules->group_patch_204 && task->type->has_members ? 204 : 200;
}

static void
do_task(Step *step, ScimBulkTask *task)
{
	const ScimBulkOptions *options = step->work->options;

	step->task = task;
	if (options->by_tool)
		scim_run_by_policy(task->type, options->tenant, write_resource, step);
	else
		write_resource(step);
	take_written(step);
	task->status = status_of(step);
}

/* ---- a unit ---- */

static void
do_unit(void *argument)
{
	Step	   *step = argument;

	for (int i = 0; i < step->unit->count; i++)
		do_task(step, &step->work->tasks[step->unit->operations[i]]);
}

/* One of those that it refers to and that were not made; NULL: all are, or are to come with it. */
static const ScimBulkTask *
failed_maker(const ScimBulkWork *work, const ScimBulkTask *task)
{
	for (int i = task->first_edge; i < task->first_edge + task->edge_count; i++)
	{
		const ScimBulkEdge *edge = &work->edges[i];
		const ScimBulkTask *maker = &work->tasks[edge->to];

		if (!edge->follows && maker->status != 0 && !scim_is_done(maker))
			return maker;
	}
	return NULL;
}

/* Does it refer to what the unit makes, and gets its id from the INSERT only? */
static bool
refers_to_unknown(const ScimBulkWork *work, const ScimBulkTask *task)
{
	for (int i = task->first_edge; i < task->first_edge + task->edge_count; i++)
	{
		const ScimBulkEdge *edge = &work->edges[i];

		if (!edge->follows && work->tasks[edge->to].id == NULL)
			return true;
	}
	return false;
}

static void
fail_unknown(ScimBulkWork *work, ScimBulkTask *task)
{
	scim_fail_task(work, task, 409, NULL,
				   "the table of this %s gives ids of its own: what is made cannot refer to "
				   "itself, or to what refers to it", task->type->name);
}

static void
fail_cycle(ScimBulkWork *work, const ScimBulkUnit *unit)
{
	ScimBulkTask *closing = &work->tasks[unit->closing];

	scim_fail_task(work, closing, 400, "invalidValue",
				   unit->count == 1 ? "a group cannot be its own member"
				   : "the group \"%s\" cannot have a member that holds it, be it through others",
				   closing->asked->bulk_id);
	fail_others(work, unit, closing);
}

/* False: the unit cannot be done, which its operations are told. */
static bool
can_be_done(ScimBulkWork *work, const ScimBulkUnit *unit)
{
	if (unit->closing >= 0)
	{
		fail_cycle(work, unit);
		return false;
	}
	for (int i = 0; i < unit->count; i++)
	{
		ScimBulkTask *task = &work->tasks[unit->operations[i]];
		const ScimBulkTask *maker = failed_maker(work, task);

		if (task->fault)
			scim_fail_task(work, task, task->fault->status, task->fault->scim_type, "%-s",
						   task->fault->detail);
		else if (maker)
			fail_reference(work, task, maker);
		else if (refers_to_unknown(work, task))
			fail_unknown(work, task);
		else
			continue;
		fail_others(work, unit, task);
		return false;
	}
	return true;
}

/* What failed of it, with an error (NULL: with none). */
static void
fail_unit(Step *step, const ErrorData *error)
{
	if (error)
		fail_by_error(step->work, step->task, error, step->written.conflicting);
	else
		fail_unknown(step->work, step->task);
	fail_others(step->work, step->unit, step->task);
}

static void
run_unit(ScimBulkWork *work, const ScimBulkUnit *unit)
{
	Step		step = {.work = work, .unit = unit, .stands = true};
	const ErrorData *error;

	if (!can_be_done(work, unit))
		return;
	error = scim_attempt(do_unit, &step, &step.stands);
	if (error || !step.stands)
		fail_unit(&step, error);
}

/* ---- all of them ---- */

static void
lock_all(ScimBulkWork *work)
{
	static const ScimOperation operations[] = {
		[SCIM_BULK_POST] = SCIM_CREATES, [SCIM_BULK_PUT] = SCIM_UPDATES,
		[SCIM_BULK_PATCH] = SCIM_PATCHES, [SCIM_BULK_DELETE] = SCIM_DELETES
	};
	ScimBulkTarget *targets = palloc(Max(work->bulk->count, 1) * sizeof(ScimBulkTarget));
	int			count = 0;

	for (int i = 0; i < work->bulk->count; i++)
	{
		const ScimBulkTask *task = &work->tasks[i];
		bool		is_made = task->asked->method == SCIM_BULK_POST || task->maker >= 0;

		if (task->fault == NULL)
			targets[count++] = (ScimBulkTarget)
		{
			.type = task->type,
				.operation = operations[task->asked->method],
				.id = is_made ? NULL : task->id,
				.data = task->asked->data
		};
	}
	scim_lock_bulk(work->options->tenant, targets, count);
}

static bool
is_over(const ScimBulkWork *work)
{
	int			most = work->options->atomic ? 1 : work->bulk->fail_on_errors;

	return most > 0 && work->failed >= most;
}

/*
 * Those that refer to one another, where others have kept them from being inserted with these: by
 * a statement of their own, as a foreign key may want it.
 */
static bool
insert_circle(ScimBulkWork *work, int unit)
{
	return work->units[unit].count > 1 && scim_count_insertable(work, unit, 1) > 0 &&
		scim_insert_units(work, unit, 1);
}

/* These units are done, or have failed. */
static void
advance(ScimBulkWork *work, int first, int count)
{
	for (int i = first; i < first + count; i++)
		work->handled += work->units[i].count;
	scim_tell_progress(work->handled);
}

static void
run_each(ScimBulkWork *work, int first, int count)
{
	for (int i = first; i < first + count && !is_over(work); i++)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(CurrentMemoryContext);
		/* the only one was tried */
		if (count == 1 || !insert_circle(work, i))
			run_unit(work, &work->units[i]);
		advance(work, i, 1);
	}
}

/* Of those that may be inserted by one statement; whoever wants to know how far it is, waits. */
static int
most_inserted(const ScimBulkWork *work, int first)
{
	int			left = work->unit_count - first;

	return scim_tells_progress() ? Min(left, TOLD_UNITS) : left;
}

void
scim_do_bulk(ScimBulkWork *work)
{
	MemoryContext scratch = AllocSetContextCreate(work->context, "scimver bulk unit",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	int			count;

	lock_all(work);
	for (int i = 0; i < work->unit_count && !is_over(work); i += count)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(scratch);
		count = scim_count_insertable(work, i, most_inserted(work, i));
		if (count > 0 && scim_insert_units(work, i, count))
		{
			advance(work, i, count);
			continue;
		}
		count = Max(count, 1);
		run_each(work, i, count);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}
