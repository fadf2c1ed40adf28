/*
 * patch_apply.c
 *		Does the steps of a patch to a resource as stored; entry point
 *		scim_apply_patch.
 *
 * The resource is opened only where a step goes: the rest is copied as it is.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "core/patch_steps.h"
#include "core/value.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"

/* ---- readOnly attributes ---- */

/* The member of that name, whose case does not matter, of an object as stored. */
static bool
find_any_case(const JsonbValue *object, const JsonbValue *key, JsonbValue *value)
{
	char	   *name = scim_string_copy(key);
	ScimWalk	walk;
	JsonbValue	other;

	scim_walk(&walk, object->val.binary.data);
	while (scim_walk_next(&walk, &other, value))
	{
		if (scim_same_name(other.val.string.val, other.val.string.len, name))
			return true;
	}
	return false;
}

static bool is_same(const JsonbValue *given, const JsonbValue *shown);

static bool
is_same_array(const JsonbValue *given, const JsonbValue *shown)
{
	JsonbValue *a = scim_open(given);
	JsonbValue *b = scim_open(shown);
	int			count = b->val.array.nElems;

	if (a->val.array.nElems != count)
		return false;
	for (int i = 0; i < count; i++)
	{
		bool		found = false;

		/* mostly they come in the order in which they were read */
		for (int j = 0; !found && j < count; j++)
		{
			CHECK_FOR_INTERRUPTS();
			found = is_same(&a->val.array.elems[i], &b->val.array.elems[(i + j) % count]);
		}
		if (!found)
			return false;
	}
	return true;
}

/* Does what is given change nothing in what is there?  An object need not name all members. */
static bool
is_same(const JsonbValue *given, const JsonbValue *shown)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	there;

	check_stack_depth();
	if (scim_is_unassigned(given))
		return !shown || scim_is_unassigned(shown);
	if (!shown || scim_is_object(given) != scim_is_object(shown) ||
		scim_is_array(given) != scim_is_array(shown))
		return false;
	if (scim_is_array(given))
		return is_same_array(given, shown);
	if (!scim_is_object(given))
		return scim_equal(given, shown);
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (!is_same(&value, find_any_case(shown, &key, &there) ? &there : NULL))
			return false;
	}
	return true;
}

/* The attribute as the client reads it. */
static bool
find_shown(const ScimStep *step, Jsonb *shown, JsonbValue *value)
{
	JsonbContainer *holder = &shown->root;
	const char *name = step->attribute->name;

	if (step->extension)
	{
		if (!scim_find(holder, step->extension->urn, value) || !scim_is_object(value))
			return false;
		holder = value->val.binary.data;
	}
	if (scim_find(holder, name, value))
		return true;
	/* the tools show meta.version under this name too */
	return strcmp(name, "_version") == 0 && scim_find(holder, "meta", value) &&
		scim_is_object(value) && scim_find(value->val.binary.data, "version", value);
}

static void
check_same(const ScimStep *step, Jsonb *shown, bool *differs)
{
	JsonbValue	there;
	ScimPlace	extension;
	ScimPlace	place = scim_place(NULL, step->attribute->name);
	char	   *path;

	if (!shown)
		elog(ERROR, "the resource as read is missing");
	if (is_same(&step->value, find_shown(step, shown, &there) ? &there : NULL))
		return;
	if (differs)
	{
		*differs = true;
		return;
	}
	if (step->extension)
	{
		extension = scim_place(NULL, step->extension->urn);
		place.up = &extension;
	}
	path = scim_place_text(&place);
	scim_throw_path(SCIM_MUTABILITY, path, "%s is read-only, and not what was given", path);
}

/* ---- the schemas ---- */

static bool
is_listed(const JsonbValue *urns, const char *urn)
{
	for (int i = 0; i < urns->val.array.nElems; i++)
	{
		if (scim_string_is(&urns->val.array.elems[i], urn))
			return true;
	}
	return false;
}

/* A copy of "schemas" without the URN; the rest keeps its order. */
static JsonbValue *
urns_without(const JsonbValue *urns, const char *urn)
{
	JsonbValue *result = scim_new_array();

	for (int i = 0; i < urns->val.array.nElems; i++)
	{
		if (!scim_string_is(&urns->val.array.elems[i], urn))
			scim_append(result, &urns->val.array.elems[i]);
	}
	return result;
}

static JsonbValue *
open_urns(const JsonbValue *data)
{
	JsonbValue *found = scim_get(data, "schemas", strlen("schemas"));

	return urns_without(found && scim_is_array(found) ? scim_open(found) : scim_new_array(), "");
}

static void
change_schemas(const ScimPatch *patch, const ScimStep *step, JsonbValue *data)
{
	JsonbValue *urns = open_urns(data);

	for (int i = 0; i < scim_schema_count(patch->type); i++)
	{
		const char *urn = scim_schema_at(patch->type, i)->urn;

		if (step->schemas[i] && !is_listed(urns, urn))
			scim_append_text(urns, urn);
		else if (!step->schemas[i] && step->kind == STEP_REPLACE_SCHEMAS)
			urns = urns_without(urns, urn);
	}
	scim_set_value(data, "schemas", urns);
}

/* An extension without attributes is none: its URN goes with it. */
static void
drop_extension(const ScimSchema *extension, JsonbValue *data)
{
	scim_remove(data, extension->urn, strlen(extension->urn));
	scim_set_value(data, "schemas", urns_without(open_urns(data), extension->urn));
}

/* ---- attributes ---- */

/* The object under that name in an object, opened in place; made if there is none and "make"; else NULL. */
static JsonbValue *
open_part(JsonbValue *object, const char *name, bool make)
{
	int			length = strlen(name);
	JsonbValue *part = scim_get(object, name, length);

	if (!part || !scim_is_object(part))
	{
		if (!make)
			return NULL;
		scim_set(object, name, length, scim_new_object());
		part = scim_get(object, name, length);
	}
	else if (part->type == jbvBinary)
		*part = *scim_open(part);
	return part;
}

static void
set_attribute(const ScimStep *step, JsonbValue *data)
{
	JsonbValue *holder = step->extension ? open_part(data, step->extension->urn, true) : data;

	if (step->sub)
		scim_set_value(open_part(holder, step->attribute->name, true), step->sub->name, &step->value);
	else
		scim_set_value(holder, step->attribute->name, &step->value);
}

static void
unset_attribute(const ScimStep *step, JsonbValue *data)
{
	JsonbValue *holder = data;
	JsonbValue *part;

	if (step->extension)
		holder = open_part(data, step->extension->urn, false);
	if (!step->attribute)
	{
		drop_extension(step->extension, data);
		return;
	}
	if (!holder)
		return;
	if (step->sub)
	{
		part = open_part(holder, step->attribute->name, false);
		if (!part || !scim_remove(part, step->sub->name, strlen(step->sub->name)))
			return;
		if (part->val.object.nPairs == 0)
			scim_remove(holder, step->attribute->name, strlen(step->attribute->name));
	}
	else if (!scim_remove(holder, step->attribute->name, strlen(step->attribute->name)))
		return;
	if (step->extension && holder->val.object.nPairs == 0)
		drop_extension(step->extension, data);
}

static uint32
hash_of(const JsonbValue *value)
{
	return DatumGetUInt32(DirectFunctionCall1(jsonb_hash, JsonbPGetDatum(scim_write(value))));
}

/* The values of a multi-valued attribute, with the hash of each, to find one among many. */
typedef struct Values
{
	JsonbValue *array;
	uint32	   *hashes;
	int			primary;		/* none of those before this one is primary */
} Values;

static bool
is_among(const Values *values, const JsonbValue *value, uint32 hash)
{
	for (int i = 0; i < values->array->val.array.nElems; i++)
	{
		if (values->hashes[i] == hash && scim_equal(&values->array->val.array.elems[i], value))
			return true;
	}
	return false;
}

static void
append_value(Values *values, const JsonbValue *value, uint32 hash)
{
	values->hashes[values->array->val.array.nElems] = hash;
	scim_append(values->array, value);
}

/* RFC 7644 section 3.5.2: a new primary value takes the place of the old. */
static void
clear_primary(Values *values)
{
	int			count = values->array->val.array.nElems;

	for (int i = values->primary; i < count; i++)
	{
		JsonbValue *value = &values->array->val.array.elems[i];

		if (scim_is_primary(value))
		{
			*value = *scim_open(value);
			scim_set_bool(value, "primary", false);
			values->hashes[i] = hash_of(value);
		}
	}
	values->primary = count;
}

static void
append_values(const ScimStep *step, JsonbValue *data)
{
	JsonbValue *holder = step->extension ? open_part(data, step->extension->urn, true) : data;
	const char *name = step->attribute->name;
	JsonbValue *there = scim_get(holder, name, strlen(name));
	const JsonbValue *added = &step->value;
	Values		values;

	if (there && scim_is_array(there))
		values.array = scim_open(there);
	else
	{
		values.array = scim_new_array();
		if (there && !scim_is_unassigned(there))
			scim_append(values.array, there);
	}
	values.primary = 0;
	values.hashes = palloc((values.array->val.array.nElems + added->val.array.nElems) * sizeof(uint32));
	for (int i = 0; i < values.array->val.array.nElems; i++)
		values.hashes[i] = hash_of(&values.array->val.array.elems[i]);

	for (int i = 0; i < added->val.array.nElems; i++)
	{
		const JsonbValue *value = &added->val.array.elems[i];
		uint32		hash = hash_of(value);

		CHECK_FOR_INTERRUPTS();
		if (is_among(&values, value, hash))
			continue;
		if (scim_is_primary(value))
			clear_primary(&values);
		append_value(&values, value, hash);
	}
	scim_set_value(holder, name, values.array);
}

JsonbValue *
scim_apply_patch(const ScimPatch *patch, Jsonb *data, Jsonb *shown, bool *differs)
{
	JsonbValue	root;
	JsonbValue *result;

	scim_root(data, &root);
	result = scim_is_object(&root) ? scim_open(&root) : scim_new_object();
	for (int i = 0; i < patch->count; i++)
	{
		const ScimStep *step = &patch->steps[i];

		CHECK_FOR_INTERRUPTS();
		switch (step->kind)
		{
			case STEP_SET:
				set_attribute(step, result);
				break;
			case STEP_UNSET:
				unset_attribute(step, result);
				break;
			case STEP_APPEND:
				append_values(step, result);
				break;
			case STEP_ADD_SCHEMAS:
			case STEP_REPLACE_SCHEMAS:
				change_schemas(patch, step, result);
				break;
			case STEP_SAME:
				check_same(step, shown, differs);
				break;
		}
	}
	scim_complete_resource(patch->type, result);
	return result;
}
