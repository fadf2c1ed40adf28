/*
 * bulk_insert.c
 *		POSTs of one type in a row are inserted by one statement.
 */
#include "postgres.h"

#include "base/protect.h"
#include "operation/by_policy.h"
#include "operation/create_many.h"
#include "rest/bulk_insert.h"
#include "rest/bulk_plan.h"
#include "utils/memutils.h"

/* POSTs of a type, in the order in which they are inserted. */
typedef struct Insert
{
	ScimBulkWork *work;
	const ScimResourceType *type;
	ScimBulkTask **tasks;
	ScimNewResource *resources;
	int			count;
} Insert;

/* ---- which ---- */

/* What it refers to is there, or comes with it. */
static bool
has_its_references(const ScimBulkWork *work, const ScimBulkTask *task)
{
	for (int i = task->first_edge; i < task->first_edge + task->edge_count; i++)
	{
		const ScimBulkTask *maker = &work->tasks[work->edges[i].to];

		if (maker->id == NULL || (maker->status != 0 && !scim_is_done(maker)))
			return false;
	}
	return true;
}

/*
 * Members are written by statements of their own.  To crypt a password takes a while, which would
 * be done once more where others keep the one statement from being run; but a foreign key may want
 * those that refer to one another to come by one.
 */
static bool
is_insertable(const ScimBulkWork *work, const ScimBulkUnit *unit, const ScimResourceType *type)
{
	if (unit->closing >= 0)
		return false;
	for (int i = 0; i < unit->count; i++)
	{
		const ScimBulkTask *task = &work->tasks[unit->operations[i]];

		if (task->fault || task->asked->method != SCIM_BULK_POST || task->type != type ||
			task->id == NULL || task->has_members ||
			(task->has_password && unit->count == 1) || !has_its_references(work, task))
			return false;
	}
	return true;
}

int
scim_count_insertable(const ScimBulkWork *work, int first, int most)
{
	const ScimResourceType *type = work->tasks[work->units[first].operations[0]].type;
	int			count = 0;
	int			tasks = 0;

	/* asked first: else all that is left is looked at again for each of them */
	if (type == NULL || !scim_can_create_many(type, work->options->tenant))
		return 0;
	/* what comes later is not referred to, but within its unit */
	while (count < most && is_insertable(work, &work->units[first + count], type))
		tasks += work->units[first + count++].count;
	return tasks > 1 ? count : 0;
}

/* ---- the statement ---- */

static void
take_tasks(Insert *insert, int first, int count)
{
	ScimBulkWork *work = insert->work;
	int			all = 0;

	for (int i = first; i < first + count; i++)
		all += work->units[i].count;
	insert->tasks = palloc(all * sizeof(ScimBulkTask *));
	insert->resources = palloc0(all * sizeof(ScimNewResource));
	for (int i = first; i < first + count; i++)
	{
		for (int j = 0; j < work->units[i].count; j++)
		{
			ScimBulkTask *task = &work->tasks[work->units[i].operations[j]];

			insert->resources[insert->count].data = scim_resolved_data(work, task);
			insert->resources[insert->count].id = task->id;
			insert->tasks[insert->count++] = task;
		}
	}
}

static void
create_all(void *argument)
{
	const Insert *insert = argument;

	scim_store_create_many(insert->type, insert->work->options->tenant, insert->resources,
						   insert->count);
}

static void
run_insert(void *argument)
{
	const Insert *insert = argument;
	const ScimBulkOptions *options = insert->work->options;

	if (options->by_tool)
		scim_run_by_policy(insert->type, options->tenant, create_all, argument);
	else
		create_all(argument);
}

bool
scim_insert_units(ScimBulkWork *work, int first, int count)
{
	Insert		insert = {.work = work};

	insert.type = work->tasks[work->units[first].operations[0]].type;
	take_tasks(&insert, first, count);
	if (scim_protect(run_insert, &insert) != NULL)
		return false;
	for (int i = 0; i < insert.count; i++)
	{
		insert.tasks[i]->status = 201;
		insert.tasks[i]->version = MemoryContextStrdup(work->context, insert.resources[i].version);
	}
	return true;
}
