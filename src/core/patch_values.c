/*
 * patch_values.c
 *		Steps of a patch on the values of a multi-valued attribute: values that
 *		are added, listed to be removed, or chosen by a filter; entry point
 *		scim_change_values.
 *
 * A complex attribute that is not multi-valued is here a list of one value or
 * none, so that name[familyName eq "Lee"] needs no code of its own.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "core/patch_steps.h"
#include "core/value.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"

/* ---- errors ---- */

/* The step's path, for errors. */
static char *
step_text(const ScimStep *step)
{
	const ScimPath *path = &step->path;
	ScimPlace	extension;
	ScimPlace	attribute = scim_place(NULL, path->attribute->name);
	ScimPlace	sub;

	if (path->filter)
		return path->text;
	if (path->extension)
	{
		extension = scim_place(NULL, path->extension->urn);
		attribute.up = &extension;
	}
	if (!path->sub)
		return scim_place_text(&attribute);
	sub = scim_place(&attribute, path->sub->name);
	return scim_place_text(&sub);
}

void
scim_refuse_step(const ScimPatchRun *run, const ScimStep *step, ScimErrorCode code, const char *problem)
{
	char	   *path = step_text(step);

	if (!run->differs)
		scim_throw_path(code, path, "%s %-s", path, problem);
	*run->differs = true;
}

/* ---- the values ---- */

/* A tree of one array, to be changed; one value that stands alone counts as one. */
static JsonbValue *
open_values(const JsonbValue *holder, const ScimAttribute *attribute)
{
	JsonbValue *there = scim_get(holder, attribute->name, strlen(attribute->name));
	JsonbValue *values;

	if (there && scim_is_array(there))
		return scim_open(there);
	values = scim_new_array();
	if (there && !scim_is_unassigned(there))
		scim_append(values, there);
	return values;
}

static void
store_values(JsonbValue *holder, const ScimAttribute *attribute, const JsonbValue *values)
{
	if (values->val.array.nElems == 0)
		scim_remove(holder, attribute->name, strlen(attribute->name));
	else if (attribute->multi_valued)
		scim_set_value(holder, attribute->name, values);
	else
		scim_set_value(holder, attribute->name, &values->val.array.elems[0]);
}

/* Keeps the values that are not "gone"; a required attribute keeps one at least. */
static void
keep_values(const ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
			JsonbValue *values, const bool *gone)
{
	int			count = values->val.array.nElems;
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		if (!gone[i])
			values->val.array.elems[kept++] = values->val.array.elems[i];
	}
	values->val.array.nElems = kept;
	if (kept == 0 && count > 0 && attribute->required)
		scim_refuse_step(run, step, SCIM_MUTABILITY, "is required and cannot be removed");
}

/* The member of an object, opened or not. */
static bool
find_part(const JsonbValue *object, const char *name, JsonbValue *value)
{
	JsonbValue *found;

	if (object->type == jbvBinary)
		return scim_is_object(object) && scim_find(object->val.binary.data, name, value);
	found = object->type == jbvObject ? scim_get(object, name, strlen(name)) : NULL;
	if (found)
		*value = *found;
	return found != NULL;
}

static void
clear_primary(JsonbValue *value)
{
	*value = *scim_open(value);
	scim_set_bool(value, "primary", false);
}

/* ---- values that are added ---- */

static uint32
hash_of(const JsonbValue *value)
{
	return DatumGetUInt32(DirectFunctionCall1(jsonb_hash, JsonbPGetDatum(scim_write(value))));
}

/* With the hash of each, to find one among many. */
typedef struct Hashed
{
	JsonbValue *array;
	uint32	   *hashes;
	int			primary;		/* none of those before this one is primary */
} Hashed;

static bool
is_among(const Hashed *values, const JsonbValue *value, uint32 hash)
{
	for (int i = 0; i < values->array->val.array.nElems; i++)
	{
		if (values->hashes[i] == hash && scim_equal(&values->array->val.array.elems[i], value))
			return true;
	}
	return false;
}

static void
append_value(Hashed *values, const JsonbValue *value, uint32 hash)
{
	values->hashes[values->array->val.array.nElems] = hash;
	scim_append(values->array, value);
}

/* RFC 7644 section 3.5.2: a new primary value takes the place of the old. */
static void
replace_primary(Hashed *values)
{
	int			count = values->array->val.array.nElems;

	for (int i = values->primary; i < count; i++)
	{
		JsonbValue *value = &values->array->val.array.elems[i];

		if (scim_is_primary(value))
		{
			clear_primary(value);
			values->hashes[i] = hash_of(value);
		}
	}
	values->primary = count;
}

static void
append_values(const JsonbValue *added, JsonbValue *array)
{
	Hashed		values = {.array = array};

	values.hashes = palloc_extended((array->val.array.nElems + added->val.array.nElems) * sizeof(uint32),
									MCXT_ALLOC_HUGE);
	for (int i = 0; i < array->val.array.nElems; i++)
		values.hashes[i] = hash_of(&array->val.array.elems[i]);
	for (int i = 0; i < added->val.array.nElems; i++)
	{
		const JsonbValue *value = &added->val.array.elems[i];
		uint32		hash = hash_of(value);

		CHECK_FOR_INTERRUPTS();
		if (is_among(&values, value, hash))
			continue;
		if (scim_is_primary(value))
			replace_primary(&values);
		append_value(&values, value, hash);
	}
}

/* ---- values that are listed to be removed ---- */

/* With the hash of one of its parts, by which it is found among many; of a simple value, its own. */
typedef struct Listed
{
	uint32		hash;
	const JsonbValue *value;
} Listed;

static int
compare_listed(const void *a, const void *b)
{
	uint32		x = ((const Listed *) a)->hash;
	uint32		y = ((const Listed *) b)->hash;

	return (x > y) - (x < y);
}

/* The part that tells most; false: a value that says nothing lists nothing. */
static bool
hash_listed(const JsonbValue *value, uint32 *hash)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	part;
	JsonbValue	telling;

	if (!scim_is_object(value))
		telling = *value;
	else if (!find_part(value, "value", &telling))
	{
		scim_walk(&walk, value->val.binary.data);
		if (walk.count == 0)
			return false;
		while (scim_walk_next(&walk, &key, &part))
			telling = part;
	}
	*hash = hash_of(&telling);
	return true;
}

/* Those that list something, in the order of their hashes. */
static Listed *
sort_listed(const JsonbValue *list, int *count)
{
	int			given = list->val.array.nElems;
	Listed	   *listed = palloc_extended(Max(given, 1) * sizeof(Listed), MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < given; i++)
	{
		CHECK_FOR_INTERRUPTS();
		listed[*count].value = &list->val.array.elems[i];
		if (hash_listed(listed[*count].value, &listed[*count].hash))
			(*count)++;
	}
	qsort(listed, *count, sizeof(Listed), compare_listed);
	return listed;
}

/* Does the value have all that is listed? */
static bool
has_all(const JsonbValue *value, const JsonbValue *listed)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	part;
	JsonbValue	there;

	if (!scim_is_object(listed))
		return scim_equal(value, listed);
	scim_walk(&walk, listed->val.binary.data);
	while (scim_walk_next(&walk, &key, &part))
	{
		if (!find_part(value, scim_string_copy(&key), &there) || !scim_equal(&there, &part))
			return false;
	}
	return true;
}

/* Is the value one of those with the hash of that part? */
static bool
is_listed_by(const Listed *listed, int count, const JsonbValue *value, const JsonbValue *part)
{
	uint32		hash = hash_of(part);
	int			low = 0;
	int			high = count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (listed[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && listed[low].hash == hash; low++)
	{
		CHECK_FOR_INTERRUPTS();
		if (has_all(value, listed[low].value))
			return true;
	}
	return false;
}

static bool
is_listed(const Listed *listed, int count, const JsonbValue *value)
{
	JsonbValue *object;

	if (is_listed_by(listed, count, value, value))
		return true;
	object = scim_is_object(value) ? scim_open(value) : NULL;
	for (int i = 0; object && i < object->val.object.nPairs; i++)
	{
		if (is_listed_by(listed, count, value, &object->val.object.pairs[i].value))
			return true;
	}
	return false;
}

static void
take_out_values(const ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
				JsonbValue *values)
{
	int			count = values->val.array.nElems;
	bool	   *gone = palloc0(Max(count, 1) * sizeof(bool));
	int			listed_count;
	Listed	   *listed = sort_listed(&step->value, &listed_count);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		gone[i] = is_listed(listed, listed_count, &values->val.array.elems[i]);
	}
	keep_values(run, step, attribute, values, gone);
}

/* ---- values that a filter chooses ---- */

/* A sub-attribute of a value, or (part NULL) its removal. */
static void
set_part(const ScimPatchRun *run, const ScimStep *step, const ScimAttribute *sub, JsonbValue *value,
		 const JsonbValue *part)
{
	JsonbValue	there;

	if (sub->mutability == SCIM_IMMUTABLE && find_part(value, sub->name, &there) &&
		!scim_is_unassigned(&there) && !(part && scim_equal(&there, part)))
		scim_refuse_step(run, step, SCIM_MUTABILITY, SCIM_IS_IMMUTABLE);
	if (part)
		scim_set_value(value, sub->name, part);
	else
		scim_remove(value, sub->name, strlen(sub->name));
}

static void
merge_parts(const ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
			JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	part;

	scim_walk(&walk, step->value.val.binary.data);
	while (scim_walk_next(&walk, &key, &part))
		set_part(run, step, scim_attribute(attribute->sub, key.val.string.val, key.val.string.len),
				 value, part.type == jbvNull ? NULL : &part);
}

/* Another value in its place; what is readOnly in it stays. */
static void
replace_value(const ScimStep *step, const ScimAttribute *attribute, JsonbValue *value)
{
	JsonbValue *new = scim_open(&step->value);
	JsonbValue	part;

	for (const ScimAttribute *sub = attribute->sub; sub && sub->name; sub++)
	{
		if (sub->mutability == SCIM_READ_ONLY && find_part(value, sub->name, &part))
			scim_set_value(new, sub->name, &part);
	}
	*value = *new;
}

/* What the step makes of a value; false: nothing is left of it. */
static bool
change_value(const ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
			 JsonbValue *value)
{
	const ScimAttribute *sub = step->path.sub;

	if (!sub && step->kind == STEP_UNSET)
		return false;
	if (!sub && step->kind == STEP_SET)
	{
		replace_value(step, attribute, value);
		return true;
	}
	*value = *scim_open(value);
	if (!sub)
		merge_parts(run, step, attribute, value);
	else if (step->kind == STEP_APPEND)
		scim_change_values(run, step, sub, value);
	else
		set_part(run, step, sub, value, step->kind == STEP_SET ? &step->value : NULL);
	return value->val.object.nPairs > 0;
}

static bool
makes_primary(const ScimStep *step)
{
	if (step->path.sub)
		return step->kind == STEP_SET && strcmp(step->path.sub->name, "primary") == 0 &&
			step->value.type == jbvBool && step->value.val.boolean;
	return step->kind != STEP_UNSET && scim_is_primary(&step->value);
}

/* RFC 7644 section 3.5.2: the value that becomes primary takes the place of the one that was. */
static void
keep_one_primary(const ScimStep *step, JsonbValue *values, const bool *chosen)
{
	ScimPlace	place = scim_place(NULL, step->path.text);

	for (int i = 0; i < values->val.array.nElems; i++)
	{
		if (!chosen[i] && scim_is_primary(&values->val.array.elems[i]))
			clear_primary(&values->val.array.elems[i]);
	}
	scim_check_primary(values, &place);
}

static void
change_chosen_values(const ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
					 JsonbValue *values)
{
	int			count = values->val.array.nElems;
	bool	   *chosen = count > 0 ? run->match(step->path.filter, values) : NULL;
	bool	   *gone = palloc0(Max(count, 1) * sizeof(bool));
	int			found = 0;

	for (int i = 0; i < count; i++)
	{
		JsonbValue *value = &values->val.array.elems[i];

		CHECK_FOR_INTERRUPTS();
		/* in data that came by other ways, a value may be none of its type */
		chosen[i] = chosen[i] && scim_is_object(value) == (attribute->type == SCIM_COMPLEX);
		if (chosen[i])
			gone[i] = !change_value(run, step, attribute, value);
		found += chosen[i];
	}
	if (found == 0)
	{
		scim_refuse_step(run, step, SCIM_NO_TARGET, "leads nowhere: no value matches the filter");
		return;
	}
	if (attribute->multi_valued && makes_primary(step))
		keep_one_primary(step, values, chosen);
	keep_values(run, step, attribute, values, gone);
}

void
scim_change_values(const ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
				   JsonbValue *holder)
{
	JsonbValue *values = open_values(holder, attribute);

	if (step->kind == STEP_TAKE_OUT)
		take_out_values(run, step, attribute, values);
	else if (step->path.filter && attribute == step->path.attribute)
		change_chosen_values(run, step, attribute, values);
	else
		append_values(&step->value, values);
	store_values(holder, attribute, values);
}
