/*
 * mapped_split.c
 *		A document taken apart into the columns of a row and what is left for
 *		"data".
 *
 * Nothing is dropped: what neither a column nor "data" takes is refused by its
 * name.  A column is written only if its value is another one than before, so
 * that what JSON cannot tell apart (an empty text and NULL) stays as it is.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "column/value.h"
#include "resource/document.h"
#include "resource/mapped_split.h"
#include "resource/mapped_take.h"

/* ---- columns ---- */

/* A read-only value may be sent back as it was read. */
static void
check_read_only(const ScimMappedColumn *column, const JsonbValue *given,
				const ScimColumnValues *old, int index)
{
	JsonbValue	before = {.type = jbvNull};
	JsonbValue	after = *given;
	Datum		datum;

	if (given->type == jbvNull)
		return;
	if (old && !old->nulls[index])
		before = scim_column_to_json(column, old->values[index]);
	if (scim_column_could_hold(column, given, &datum))
		after = scim_column_to_json(column, datum);
	if (!scim_equal(&before, &after))
		scim_throw_path(SCIM_READ_ONLY_COLUMN, column->path,
						"%s is read only: its column %s is not scimver's to write", column->path,
						column->column);
}

/* The column of a new row, or of one where the value changes. */
static void
write_column(const ScimMappedColumn *column, const ScimMappedNull *null, const JsonbValue *given,
			 bool is_new, ScimSplit *result, int index)
{
	bool		has_value = scim_column_from_json(column, given, &result->columns.values[index]);

	result->changed[index] = true;
	if (!has_value && is_new && (null->has_default || !null->not_null))
		result->changed[index] = false;
	else if (!has_value && null->not_null)
		has_value = scim_column_from_none(column, &result->columns.values[index]);
	result->columns.nulls[index] = !has_value;
}

/* Would the column stand for the same as before?  What it cannot hold is told by the writing. */
static bool
is_same(const ScimMappedColumn *column, const JsonbValue *before, const JsonbValue *given)
{
	JsonbValue	after = {.type = jbvNull};
	Datum		datum;

	if (before->type == jbvString && scim_column_keeps_text(column) && scim_equal(before, given))
		return true;
	if (scim_column_can_hold(column, given, &datum))
		after = scim_column_to_json(column, datum);
	return scim_equal(before, &after) &&
		(after.type != jbvNull || scim_is_no_value(column, given));
}

static void
split_column(const ScimTaken *taken, const ScimColumnValues *old, ScimSplit *result, int index)
{
	const ScimMappedColumn *column = &taken->registration->mapped[index];
	const JsonbValue *given = &taken->values[index];
	JsonbValue	before = {.type = jbvNull};

	result->columns.nulls[index] = true;
	if (column->read_only)
	{
		result->given[index] = given->type != jbvNull;
		check_read_only(column, given, old, index);
		return;
	}
	if (old && !old->nulls[index])
		before = scim_column_to_json(column, old->values[index]);
	if (old && is_same(column, &before, given))
	{
		result->columns.values[index] = old->values[index];
		result->columns.nulls[index] = old->nulls[index];
		return;
	}
	write_column(column, &taken->plan->nulls[index], given, old == NULL, result, index);
}

/* ---- data ---- */

/*
 * The members of "data" that are content, and those that do not count ("id",
 * "meta": what may be there is the application's).
 */
static void
open_data(const ScimTaken *taken, Jsonb *data, JsonbValue *content, JsonbValue *others)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (data == NULL || !JB_ROOT_IS_OBJECT(data))
		return;
	scim_walk(&walk, &data->root);
	while (scim_walk_next(&walk, &key, &value))
		scim_add(scim_belongs_elsewhere(taken->registration->type, &key) ? others : content,
				 key.val.string.val, key.val.string.len, &value);
}

static void
split_data(const ScimTaken *taken, Jsonb *document, Jsonb *old_data, bool is_new, ScimSplit *result)
{
	const ScimMappedNull *null = &taken->plan->data;
	bool		empty = taken->rest->val.object.nPairs == 0;
	JsonbValue *content = scim_new_object();
	JsonbValue *others = scim_new_object();
	JsonbValue	whole;
	bool		same;

	if (!taken->has_data)
	{
		if (!empty)
			scim_throw_rest(taken);
		return;
	}
	open_data(taken, old_data, content, others);
	scim_root(document, &whole);
	scim_reduce_schemas(taken, scim_open(&whole), content);
	same = is_new ? empty && (null->has_default || !null->not_null)
		: scim_equal(content, taken->rest);
	result->data = old_data;
	if (same)
		return;
	for (int i = 0; i < others->val.object.nPairs; i++)
	{
		const JsonbPair *pair = &others->val.object.pairs[i];

		scim_add(taken->rest, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
	}
	result->data = scim_write(taken->rest);
	result->data_changed = true;
}

ScimSplit *
scim_split_document(const ScimRegistration *registration, Jsonb *document, Jsonb *old_data,
					const ScimColumnValues *old)
{
	int			count = registration->mapped_count;
	ScimSplit  *result = palloc0(sizeof(ScimSplit));
	ScimTaken	taken = {
		.registration = registration,
		.plan = scim_mapped_plan(registration),
		.has_data = registration->columns[SCIM_COLUMN_DATA] != NULL,
		.values = palloc(count * sizeof(JsonbValue))
	};

	result->old_data = old_data;
	result->columns.values = palloc0(count * sizeof(Datum));
	result->columns.nulls = palloc0(count * sizeof(bool));
	result->changed = palloc0(count * sizeof(bool));
	result->given = palloc0(count * sizeof(bool));
	for (int i = 0; i < count; i++)
		taken.values[i].type = jbvNull;
	scim_take_apart(&taken, document);
	for (int i = 0; i < count; i++)
		split_column(&taken, old, result, i);
	split_data(&taken, document, old_data, old == NULL, result);
	return result;
}
