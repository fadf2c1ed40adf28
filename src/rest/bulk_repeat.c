/*
 * bulk_repeat.c
 *		What is remembered of a bulk, and told when it comes again.
 *
 * Of each operation that is its status, and the resource with the version that it had then:
 * who writes it by that overwrites nothing that others have changed since.  Why one failed is
 * not kept, as that may tell what was sent.
 */
#include "postgres.h"

#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "registry/schemas.h"
#include "rest/bulk_repeat.h"

/* ---- to be remembered ---- */

static JsonbValue *
remember(const ScimBulkWork *work, const ScimBulkTask *task)
{
	JsonbValue *entry = scim_new_object();

	scim_set_integer(entry, "status", task->status);
	scim_set_optional_text(entry, "scim_type", task->scim_type);
	if (task->type && scim_known_id(work, task))
	{
		scim_set_text(entry, "resource_type", task->type->name);
		scim_set_text(entry, "id", scim_known_id(work, task));
	}
	scim_set_optional_text(entry, "version", task->version);
	return entry;
}

/* An entry for each operation: also of what was not done, which has an empty one. */
JsonbValue *
scim_remember_bulk(const ScimBulkWork *work)
{
	JsonbValue *made = scim_new_object();
	JsonbValue *entries = scim_new_array();
	bool		any = false;

	for (int i = 0; i < work->bulk->count; i++)
	{
		const ScimBulkTask *task = &work->tasks[i];

		CHECK_FOR_INTERRUPTS();
		scim_append(entries, task->status ? remember(work, task) : scim_new_object());
		any |= scim_is_done(task);
	}
	scim_set_value(made, "Operations", entries);
	return any ? made : NULL;
}

/* ---- and told ---- */

static const char *
text_in(const JsonbValue *entry, const char *name)
{
	JsonbValue	value;

	return scim_find_member(entry, name, &value) && value.type == jbvString
		? scim_string_copy(&value)
		: NULL;
}

static int
status_in(const JsonbValue *entry)
{
	JsonbValue	value;
	int64		status = 0;

	return scim_find_member(entry, "status", &value) && scim_is_whole_number(&value, &status)
		? (int) status
		: 0;
}

static void
recall(ScimBulkWork *work, ScimBulkTask *task, const JsonbValue *entry)
{
	const char *type = text_in(entry, "resource_type");

	task->maker = -1;
	task->status = status_in(entry);
	task->scim_type = text_in(entry, "scim_type");
	task->type = type ? scim_resource_type(type) : NULL;
	task->id = text_in(entry, "id");
	task->version = text_in(entry, "version");
	if (task->status == 0 || scim_is_done(task))
		return;
	task->detail = "it failed when this call was first made; to try again, send it in a call "
		"with another idempotency_key";
	work->failed++;
}

void
scim_recall_bulk(ScimBulkWork *work, Jsonb *made)
{
	JsonbValue	entries;
	JsonbValue	entry;
	ScimWalk	walk;
	int			count = 0;

	work->tasks = palloc0(Max(work->bulk->count, 1) * sizeof(ScimBulkTask));
	for (int i = 0; i < work->bulk->count; i++)
		work->tasks[i].asked = &work->bulk->operations[i];
	if (!scim_find(&made->root, "Operations", &entries) || !scim_is_array(&entries))
		elog(ERROR, "a key has no operations that its call made");
	scim_walk(&walk, entries.val.binary.data);
	while (count < work->bulk->count && scim_walk_next(&walk, NULL, &entry))
	{
		CHECK_FOR_INTERRUPTS();
		recall(work, &work->tasks[count++], &entry);
	}
}
