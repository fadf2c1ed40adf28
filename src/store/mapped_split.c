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

#include "core/jsonb_tree.h"
#include "core/value.h"
#include "errors.h"
#include "miscadmin.h"
#include "store/column_value.h"
#include "store/document.h"
#include "store/mapped.h"
#include "store/mapped_plan.h"

/* A document while it is taken apart. */
typedef struct Split
{
	const ScimRegistration *registration;
	const ScimMappedPlan *plan;
	bool		has_data;		/* the table has a column for what has none of its own */
	JsonbValue *values;			/* of each mapped column; jbvNull: none */
	JsonbValue *rest;			/* the document without them */
} Split;

/* ---- attributes with one value ---- */

/* Moves a part's value out of the object; none if it has none. */
static void
take_part(Split *split, const ScimMappedPart *part, JsonbValue *object)
{
	const JsonbValue *found = scim_get(object, part->name, part->length);

	if (!found)
		return;
	if (!scim_is_unassigned(found))
		split->values[part->index] = *found;
	(void) scim_remove(object, part->name, part->length);
}

static void
put_back(JsonbValue *parent, const char *name, int length, const JsonbValue *value)
{
	if (scim_is_unassigned(value))
		(void) scim_remove(parent, name, length);
	else
		scim_set(parent, name, length, value);
}

static void
take_parts(Split *split, const ScimMappedAttribute *attribute, JsonbValue *object)
{
	const JsonbValue *found = scim_get(object, attribute->name, attribute->length);
	JsonbValue *complex;

	if (!found || !scim_is_object(found))
		return;
	complex = scim_open(found);
	for (int i = 0; i < attribute->part_count; i++)
		take_part(split, &attribute->parts[i], complex);
	put_back(object, attribute->name, attribute->length, complex);
}

/* ---- slots ---- */

/* The elements of a multi-valued attribute while they are given to slots. */
typedef struct Elements
{
	const ScimMappedAttribute *attribute;
	JsonbValue *array;			/* each opened */
	bool	   *given;
	int		   *of_slot;		/* of each slot the element that it took, or -1 */
} Elements;

/* Has the element a value for one of the slot's columns?  An empty text is none, where "data" can keep it. */
static bool
has_part(const Split *split, const ScimMappedSlot *slot, const JsonbValue *element)
{
	for (int i = 0; i < slot->part_count; i++)
	{
		const JsonbValue *value = scim_get(element, slot->parts[i].name, slot->parts[i].length);

		if (value && !scim_is_unassigned(value) &&
			!(split->has_data && value->type == jbvString && value->val.string.len == 0))
			return true;
	}
	return false;
}

/* The free slot that says the most of the element, or -1. */
static int
best_slot(const Split *split, const Elements *elements, const JsonbValue *element, bool or_absent)
{
	int			best = -1;

	for (int i = 0; i < elements->attribute->slot_count; i++)
	{
		const ScimMappedSlot *slot = &elements->attribute->slots[i];

		if (!slot->spread && elements->of_slot[i] < 0 &&
			(best < 0 || slot->constant_count > elements->attribute->slots[best].constant_count) &&
			scim_fits_slot(slot, element, or_absent) && has_part(split, slot, element))
			best = i;
	}
	return best;
}

/* Gives elements to slots; where there is no "data", also such as do not say what the slot's constants do. */
static void
give_elements(const Split *split, Elements *elements, bool or_absent)
{
	for (int i = 0; i < elements->array->val.array.nElems; i++)
	{
		const JsonbValue *element = &elements->array->val.array.elems[i];
		int			slot;

		CHECK_FOR_INTERRUPTS();
		if (elements->given[i] || element->type != jbvObject)
			continue;
		slot = best_slot(split, elements, element, or_absent);
		if (slot < 0)
			continue;
		elements->of_slot[slot] = i;
		elements->given[i] = true;
	}
}

/* Moves the values of elements that are nothing but the part into its array. */
static void
take_spread(Split *split, const ScimMappedPart *part, Elements *elements)
{
	JsonbValue *values = scim_new_array();

	for (int i = 0; i < elements->array->val.array.nElems; i++)
	{
		const JsonbValue *element = &elements->array->val.array.elems[i];
		const JsonbValue *value;

		if (elements->given[i] || element->type != jbvObject || element->val.object.nPairs != 1)
			continue;
		value = scim_get(element, part->name, part->length);
		if (!value || (value->type == jbvString && value->val.string.len == 0))
			continue;
		scim_append(values, value);
		elements->given[i] = true;
	}
	if (values->val.array.nElems > 0)
		split->values[part->index] = *values;
}

/* Does the element say more than the slot's constants? */
static bool
says_more(const ScimMappedSlot *slot, const JsonbValue *element)
{
	int			constants = 0;

	for (int i = 0; i < slot->constant_count; i++)
		constants += scim_get(element, slot->constants[i].name, slot->constants[i].length) != NULL;
	return element->val.object.nPairs > constants;
}

static bool
is_written(const Split *split, const ScimMappedSlot *slot)
{
	for (int i = 0; i < slot->part_count; i++)
	{
		if (!slot->parts[i].column->read_only && split->values[slot->parts[i].index].type != jbvNull)
			return true;
	}
	return false;
}

/*
 * What is left of the elements: of each slot's what the columns do not hold,
 * then the others.  "all": of a slot also an element that says nothing more.
 */
static JsonbValue *
rest_of_elements(const Split *split, const Elements *elements, bool all, int *rest_of_slot)
{
	JsonbValue *rest = scim_new_array();

	for (int i = 0; i < elements->attribute->slot_count; i++)
	{
		int			element = elements->of_slot[i];

		rest_of_slot[i] = -1;
		if (element < 0 || !(says_more(&elements->attribute->slots[i], &elements->array->val.array.elems[element]) ||
							 (all && is_written(split, &elements->attribute->slots[i]))))
			continue;
		rest_of_slot[i] = rest->val.array.nElems;
		scim_append(rest, &elements->array->val.array.elems[element]);
	}
	for (int i = 0; i < elements->array->val.array.nElems; i++)
	{
		if (!elements->given[i])
			scim_append(rest, &elements->array->val.array.elems[i]);
	}
	return rest;
}

/* Would the columns be joined with just that, when it is read? */
static bool
is_joined_so(const Split *split, const Elements *elements, const JsonbValue *rest, const int *rest_of_slot)
{
	bool	   *taken = palloc0(Max(rest->val.array.nElems, 1) * sizeof(bool));

	for (int i = 0; i < elements->attribute->slot_count; i++)
	{
		const ScimMappedSlot *slot = &elements->attribute->slots[i];
		int			found;

		if (slot->spread || !is_written(split, slot))
			continue;
		found = scim_find_rest(slot, rest, taken, false);
		if (found != rest_of_slot[i])
			return false;
		if (found >= 0)
			taken[found] = true;
	}
	return true;
}

static void
take_slots(Split *split, const ScimMappedAttribute *attribute, JsonbValue *object)
{
	const JsonbValue *found = scim_get(object, attribute->name, attribute->length);
	Elements	elements = {.attribute = attribute};
	int		   *rest_of_slot = palloc(attribute->slot_count * sizeof(int));
	JsonbValue *rest;
	int			count;

	if (!found || !scim_is_array(found))
		return;
	elements.array = scim_open(found);
	count = elements.array->val.array.nElems;
	for (int i = 0; i < count; i++)
		elements.array->val.array.elems[i] = *scim_open(&elements.array->val.array.elems[i]);
	elements.given = palloc0(Max(count, 1) * sizeof(bool));
	elements.of_slot = palloc(attribute->slot_count * sizeof(int));
	for (int i = 0; i < attribute->slot_count; i++)
		elements.of_slot[i] = -1;

	give_elements(split, &elements, false);
	if (!split->has_data)
		give_elements(split, &elements, true);
	for (int i = 0; i < attribute->slot_count; i++)
	{
		const ScimMappedSlot *slot = &attribute->slots[i];

		if (slot->spread)
			take_spread(split, &slot->parts[0], &elements);
		for (int j = 0; j < slot->part_count && elements.of_slot[i] >= 0; j++)
			take_part(split, &slot->parts[j], &elements.array->val.array.elems[elements.of_slot[i]]);
	}
	rest = rest_of_elements(split, &elements, false, rest_of_slot);
	if (split->has_data && !is_joined_so(split, &elements, rest, rest_of_slot))
		rest = rest_of_elements(split, &elements, true, rest_of_slot);
	put_back(object, attribute->name, attribute->length, rest);
}

/* ---- the document ---- */

static void
take_object(Split *split, const ScimMappedObject *mapped, JsonbValue *object)
{
	for (int i = 0; i < mapped->count; i++)
	{
		const ScimMappedAttribute *attribute = &mapped->attributes[i];

		if (attribute->whole)
			take_part(split, attribute->whole, object);
		if (attribute->part_count > 0)
			take_parts(split, attribute, object);
		if (attribute->slot_count > 0)
			take_slots(split, attribute, object);
	}
}

/* Does a URN follow from what else is in the document, or from columns that are only shown? */
static bool
is_implied(const Split *split, const JsonbValue *urn, const JsonbValue *document)
{
	const ScimResourceType *type = split->registration->type;
	const ScimSchema *extension;

	if (urn->type != jbvString)
		return false;
	if (scim_same_name(urn->val.string.val, urn->val.string.len, type->schema->urn) ||
		scim_get(document, urn->val.string.val, urn->val.string.len))
		return true;
	extension = scim_extension(type, urn->val.string.val, urn->val.string.len);
	for (int i = 0; extension && i < split->plan->count; i++)
	{
		if (split->plan->objects[i].extension == extension && split->plan->objects[i].has[true])
			return true;
	}
	return false;
}

/* "schemas" without what follows from the rest of the document. */
static void
reduce_schemas(const Split *split, const JsonbValue *document, JsonbValue *rest)
{
	JsonbValue *found = scim_get(rest, "schemas", strlen("schemas"));
	JsonbValue *urns = scim_new_array();

	if (!found)
		return;
	if (scim_is_array(found) && split->has_data)
	{
		const JsonbValue *all = scim_open(found);

		for (int i = 0; i < all->val.array.nElems; i++)
		{
			if (!is_implied(split, &all->val.array.elems[i], document))
				scim_append(urns, &all->val.array.elems[i]);
		}
	}
	put_back(rest, "schemas", strlen("schemas"), urns);
}

static void
take_apart(Split *split, Jsonb *document)
{
	JsonbValue	root;
	JsonbValue *whole;

	scim_root(document, &root);
	whole = scim_open(&root);
	split->rest = scim_open(&root);
	reduce_schemas(split, whole, split->rest);
	for (int i = 0; i < split->plan->count; i++)
	{
		const ScimMappedObject *mapped = &split->plan->objects[i];
		const JsonbValue *found;
		JsonbValue *extension;

		if (mapped->extension == NULL)
		{
			take_object(split, mapped, split->rest);
			continue;
		}
		found = scim_get(split->rest, mapped->extension->urn, mapped->length);
		if (!found || !scim_is_object(found))
			continue;
		extension = scim_open(found);
		take_object(split, mapped, extension);
		put_back(split->rest, mapped->extension->urn, mapped->length, extension);
	}
}

/* ---- what has no column ---- */

/* The columns that hold something of the attribute, for the hint. */
static char *
mapped_paths(const ScimRegistration *registration, const ScimAttribute *attribute)
{
	const char **paths = palloc0((registration->mapped_count + 1) * sizeof(char *));
	int			count = 0;

	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (registration->mapped[i].parsed.attribute == attribute)
			paths[count++] = registration->mapped[i].path;
	}
	return count > 0 ? scim_listed(paths) : NULL;
}

/* The first of what is left: an attribute that is mapped in part is followed down to what is not. */
static SCIM_NORETURN void throw_rest(const Split *split, const JsonbValue *rest);

static void
throw_rest(const Split *split, const JsonbValue *rest)
{
	const ScimResourceType *type = split->registration->type;
	const JsonbPair *pair = &rest->val.object.pairs[0];
	const ScimAttribute *attribute = NULL;
	ScimPlace	place = {.name = pair->key.val.string.val, .length = pair->key.val.string.len};
	ScimPlace	below;
	const JsonbValue *value = &pair->value;
	char	   *mapped;
	ScimError  *error = scim_error(SCIM_INVALID_VALUE);
	char	   *path;
	const ScimSchema *extension = scim_extension(type, place.name, place.length);
	const ScimAttribute *attributes = extension ? extension->attributes : type->schema->attributes;

	if (extension && value->type == jbvObject)
	{
		below = (ScimPlace) {.up = &place, .name = value->val.object.pairs[0].key.val.string.val,
			.length = value->val.object.pairs[0].key.val.string.len};
		value = &value->val.object.pairs[0].value;
	}
	else
		below = place;
	if (!extension || below.up)
		attribute = scim_attribute(attributes, below.name, below.length);
	mapped = attribute ? mapped_paths(split->registration, attribute) : NULL;
	if (mapped && value->type == jbvObject)
	{
		ScimPlace	part = {.up = &below, .name = value->val.object.pairs[0].key.val.string.val,
			.length = value->val.object.pairs[0].key.val.string.len};

		path = scim_place_text(&part);
	}
	else
		path = scim_place_text(&below);
	scim_error_text(error, "path", path);
	if (mapped)
		scim_error_hint(error, psprintf("Of %s these have a column: %s.", scim_place_text(&below), mapped));
	if (mapped && value->type == jbvArray)
		scim_error_value(error, "value", &value->val.array.elems[0]);
	scim_throw(error, mapped && value->type == jbvArray ?
			   "%s has a value, or a part of one, that no column of table %s holds" :
			   "%s has no column in table %s", path, split->registration->table);
}

/* ---- columns ---- */

/* A read-only value may be sent back as it was read. */
static void
check_read_only(const ScimMappedColumn *column, const JsonbValue *given, const ScimColumnValues *old, int index)
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
		scim_throw_path(SCIM_MUTABILITY, column->path, "%s is read only: its column %s is not scimver's to write",
						column->path, column->column);
}

/* The column of a new row, or of one where the value changes. */
static void
write_column(const ScimMappedColumn *column, const ScimMappedNull *null, const JsonbValue *given, bool is_new,
			 ScimSplit *result, int index)
{
	bool		has_value = scim_column_from_json(column, given, &result->columns.values[index]);

	result->changed[index] = true;
	if (!has_value && is_new && (null->has_default || !null->not_null))
		result->changed[index] = false;
	else if (!has_value && null->not_null)
		has_value = scim_column_from_none(column, &result->columns.values[index]);
	result->columns.nulls[index] = !has_value;
}

static void
split_column(const Split *split, const ScimColumnValues *old, ScimSplit *result, int index)
{
	const ScimMappedColumn *column = &split->registration->mapped[index];
	const JsonbValue *given = &split->values[index];
	JsonbValue	before = {.type = jbvNull};
	JsonbValue	after = {.type = jbvNull};
	Datum		datum;

	result->columns.nulls[index] = true;
	if (column->read_only)
	{
		check_read_only(column, given, old, index);
		return;
	}
	if (old && !old->nulls[index])
		before = scim_column_to_json(column, old->values[index]);
	if (old && scim_column_could_hold(column, given, &datum))
		after = scim_column_to_json(column, datum);
	/* what cannot be held is told by the writing */
	if (old && scim_equal(&before, &after) && (after.type != jbvNull || scim_is_no_value(column, given)))
	{
		result->columns.values[index] = old->values[index];
		result->columns.nulls[index] = old->nulls[index];
		return;
	}
	write_column(column, &split->plan->nulls[index], given, old == NULL, result, index);
}

/* ---- data ---- */

/* Is what "data" holds what is left of the document?  Keys that do not count are not looked at. */
static bool
same_data(const Split *split, Jsonb *old_data, Jsonb *document)
{
	JsonbValue	root;
	JsonbValue *old;
	JsonbValue *whole;

	if (old_data == NULL || !JB_ROOT_IS_OBJECT(old_data))
		return old_data == NULL && split->rest->val.object.nPairs == 0;
	scim_root(old_data, &root);
	old = scim_open(&root);
	for (int i = old->val.object.nPairs - 1; i >= 0; i--)
	{
		JsonbValue	key = old->val.object.pairs[i].key;

		if (scim_belongs_elsewhere(split->registration->type, &key))
			scim_remove(old, key.val.string.val, key.val.string.len);
	}
	scim_root(document, &root);
	whole = scim_open(&root);
	reduce_schemas(split, whole, old);
	return scim_equal(old, split->rest);
}

static void
split_data(const Split *split, Jsonb *document, Jsonb *old_data, bool is_new, ScimSplit *result)
{
	const ScimMappedNull *null = &split->plan->data;
	bool		empty = split->rest->val.object.nPairs == 0;

	if (!split->has_data)
	{
		if (!empty)
			throw_rest(split, split->rest);
		return;
	}
	if (is_new ? empty && (null->has_default || !null->not_null) : same_data(split, old_data, document))
	{
		result->data = old_data;
		return;
	}
	result->data = scim_write(split->rest);
	result->data_changed = true;
}

ScimSplit *
scim_split_document(const ScimRegistration *registration, Jsonb *document, Jsonb *old_data,
					const ScimColumnValues *old)
{
	int			count = registration->mapped_count;
	ScimSplit  *result = palloc0(sizeof(ScimSplit));
	Split		split = {
		.registration = registration,
		.plan = scim_mapped_plan(registration),
		.has_data = registration->columns[SCIM_COLUMN_DATA] != NULL,
		.values = palloc(count * sizeof(JsonbValue))
	};

	result->columns.values = palloc0(count * sizeof(Datum));
	result->columns.nulls = palloc0(count * sizeof(bool));
	result->changed = palloc0(count * sizeof(bool));
	for (int i = 0; i < count; i++)
		split.values[i].type = jbvNull;
	take_apart(&split, document);
	for (int i = 0; i < count; i++)
		split_column(&split, old, result, i);
	split_data(&split, document, old_data, old == NULL, result);
	result->document = scim_join_columns(registration, result->data, &result->columns);
	return result;
}
