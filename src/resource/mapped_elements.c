/*
 * mapped_elements.c
 *		The elements of a multi-valued attribute, given to the slots that columns
 *		make (emails[type eq "work"]); what is left of them is for "data".
 *
 * An element that says what a slot's constants do is the slot's.  What columns
 * do not hold of it stays in "data" with the constants, and is joined with the
 * columns again when it is read (scim_find_rest).
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "resource/mapped_elements.h"

/* The elements of a multi-valued attribute while they are given to slots. */
typedef struct Elements
{
	const ScimMappedAttribute *attribute;
	JsonbValue *array;			/* each opened */
	bool	   *given;
	int		   *of_slot;		/* of each slot the element that it took, or -1 */
} Elements;

/*
 * Has the element a value for one of the slot's columns?  An empty text is
 * none, where "data" can keep it.
 */
static bool
has_value(const ScimTaken *taken, const ScimMappedSlot *slot, const JsonbValue *element)
{
	for (int i = 0; i < slot->field_count; i++)
	{
		const JsonbValue *value = scim_get(element, slot->fields[i].name, slot->fields[i].length);

		if (value && !scim_is_unassigned(value) &&
			!(taken->has_data && value->type == jbvString && value->val.string.len == 0))
			return true;
	}
	return false;
}

/* The free slot that says the most of the element, or -1. */
static int
best_slot(const ScimTaken *taken, const Elements *elements, const JsonbValue *element,
		  bool or_absent)
{
	int			best = -1;

	for (int i = 0; i < elements->attribute->slot_count; i++)
	{
		const ScimMappedSlot *slot = &elements->attribute->slots[i];

		if (!slot->spread && elements->of_slot[i] < 0 &&
			(best < 0 || slot->constant_count > elements->attribute->slots[best].constant_count) &&
			scim_fits_slot(slot, element, or_absent) && has_value(taken, slot, element))
			best = i;
	}
	return best;
}

/*
 * Gives elements to slots; where there is no "data", also such as do not say
 * what the slot's constants do.
 */
static void
give_elements(const ScimTaken *taken, Elements *elements, bool or_absent)
{
	for (int i = 0; i < elements->array->val.array.nElems; i++)
	{
		const JsonbValue *element = &elements->array->val.array.elems[i];
		int			slot;

		CHECK_FOR_INTERRUPTS();
		if (elements->given[i] || element->type != jbvObject)
			continue;
		slot = best_slot(taken, elements, element, or_absent);
		if (slot < 0)
			continue;
		elements->of_slot[slot] = i;
		elements->given[i] = true;
	}
}

/* Moves the values of elements that are nothing but the field into its array. */
static void
take_spread(ScimTaken *taken, const ScimMappedField *field, Elements *elements)
{
	JsonbValue *values = scim_new_array();

	for (int i = 0; i < elements->array->val.array.nElems; i++)
	{
		const JsonbValue *element = &elements->array->val.array.elems[i];
		const JsonbValue *value;

		if (elements->given[i] || element->type != jbvObject || element->val.object.nPairs != 1)
			continue;
		value = scim_get(element, field->name, field->length);
		if (!value || (value->type == jbvString && value->val.string.len == 0))
			continue;
		scim_append(values, value);
		elements->given[i] = true;
	}
	if (values->val.array.nElems > 0)
		taken->values[field->index] = *values;
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
is_written(const ScimTaken *taken, const ScimMappedSlot *slot)
{
	for (int i = 0; i < slot->field_count; i++)
	{
		if (!slot->fields[i].column->read_only &&
			taken->values[slot->fields[i].index].type != jbvNull)
			return true;
	}
	return false;
}

/*
 * What is left of the elements: of each slot's what the columns do not hold,
 * then the others.  "all": of a slot also an element that says nothing more.
 */
static JsonbValue *
rest_of_elements(const ScimTaken *taken, const Elements *elements, bool all, int *rest_of_slot)
{
	JsonbValue *rest = scim_new_array();

	for (int i = 0; i < elements->attribute->slot_count; i++)
	{
		int			element = elements->of_slot[i];

		rest_of_slot[i] = -1;
		if (element < 0 || !(says_more(&elements->attribute->slots[i],
									   &elements->array->val.array.elems[element]) ||
							 (all && is_written(taken, &elements->attribute->slots[i]))))
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
is_joined_so(const ScimTaken *taken, const Elements *elements, const JsonbValue *rest,
			 const int *rest_of_slot)
{
	bool	   *used = palloc0(Max(rest->val.array.nElems, 1) * sizeof(bool));

	for (int i = 0; i < elements->attribute->slot_count; i++)
	{
		const ScimMappedSlot *slot = &elements->attribute->slots[i];
		int			found;

		if (slot->spread || !is_written(taken, slot))
			continue;
		found = scim_find_rest(slot, rest, used, false);
		if (found != rest_of_slot[i])
			return false;
		if (found >= 0)
			used[found] = true;
	}
	return true;
}

void
scim_take_slots(ScimTaken *taken, const ScimMappedAttribute *attribute, JsonbValue *object)
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

	give_elements(taken, &elements, false);
	if (!taken->has_data)
		give_elements(taken, &elements, true);
	for (int i = 0; i < attribute->slot_count; i++)
	{
		const ScimMappedSlot *slot = &attribute->slots[i];

		if (slot->spread)
			take_spread(taken, &slot->fields[0], &elements);
		for (int j = 0; j < slot->field_count && elements.of_slot[i] >= 0; j++)
			scim_take_value(taken, &slot->fields[j],
							&elements.array->val.array.elems[elements.of_slot[i]]);
	}
	rest = rest_of_elements(taken, &elements, false, rest_of_slot);
	if (taken->has_data && !is_joined_so(taken, &elements, rest, rest_of_slot))
		rest = rest_of_elements(taken, &elements, true, rest_of_slot);
	scim_set_or_remove(object, attribute->name, attribute->length, rest);
}
