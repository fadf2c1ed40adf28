/*
 * mapped.c
 *		The document of a row whose attributes are in columns of their own, put
 *		together from the columns; mapped_split.c takes it apart.
 *
 * What is mapped is the column's alone: whatever "data" holds in its place is
 * not there.  Of a multi-valued attribute the elements from columns come first.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "column/value.h"
#include "miscadmin.h"
#include "resource/document.h"
#include "resource/mapped.h"
#include "resource/mapped_value.h"

/* A document under construction. */
typedef struct Join
{
	const ScimColumnValues *columns;
	bool		read_only;		/* of which columns: those, or the others */
} Join;

/* The value from a column; jbvNull: none, or the column is not to be seen. */
static inline JsonbValue
value_of(const Join *join, const ScimMappedField *part)
{
	JsonbValue	none = {.type = jbvNull};

	if (part->column->read_only != join->read_only || join->columns->nulls[part->index])
		return none;
	return scim_column_to_json(part->column, join->columns->values[part->index]);
}

/* ---- objects ---- */

/* The object under that key (empty where there is none), opened. */
static JsonbValue *
open_object(const JsonbValue *parent, const char *name, int length)
{
	const JsonbValue *found = scim_get(parent, name, length);

	return found && scim_is_object(found) ? scim_open(found) : scim_new_object();
}

static void
join_values(const Join *join, const ScimMappedField *parts, int count, JsonbValue *object)
{
	for (int i = 0; i < count; i++)
	{
		JsonbValue	value;

		if (parts[i].column->read_only != join->read_only)
			continue;
		value = value_of(join, &parts[i]);
		scim_set_or_remove(object, parts[i].name, parts[i].length, &value);
	}
}

/* ---- slots ---- */

/*
 * The element that the slot's columns make, without anything from "data"; NULL:
 * none of them has a value.
 */
static JsonbValue *
slot_element(const Join *join, const ScimMappedSlot *slot)
{
	JsonbValue *element = NULL;

	for (int i = 0; i < slot->field_count; i++)
	{
		JsonbValue	value = value_of(join, &slot->fields[i]);

		if (value.type == jbvNull)
			continue;
		if (element == NULL)
			element = scim_new_object();
		scim_set(element, slot->fields[i].name, slot->fields[i].length, &value);
	}
	for (int i = 0; element && i < slot->constant_count; i++)
		scim_set(element, slot->constants[i].name, slot->constants[i].length,
				 &slot->constants[i].value);
	return element;
}

static void
add_slot(const Join *join, const ScimMappedSlot *slot, JsonbValue *others, bool *taken,
		 JsonbValue *result)
{
	JsonbValue *element = slot_element(join, slot);
	int			rest;

	if (element == NULL)
		return;
	rest = scim_find_rest(slot, others, taken, join->read_only);
	if (rest >= 0)
	{
		const JsonbValue *other = &others->val.array.elems[rest];

		for (int i = 0; i < other->val.object.nPairs; i++)
		{
			const JsonbPair *pair = &other->val.object.pairs[i];

			if (!scim_get(element, pair->key.val.string.val, pair->key.val.string.len))
				scim_add(element, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
		}
		taken[rest] = true;
	}
	/* what is only shown keeps its place */
	if (rest >= 0 && join->read_only)
	{
		others->val.array.elems[rest] = *element;
		taken[rest] = false;
	}
	else
		scim_append(result, element);
}

/* An element for each of the column's array. */
static void
add_spread(const Join *join, const ScimMappedField *part, JsonbValue *result)
{
	JsonbValue	values = value_of(join, part);

	for (int i = 0; values.type == jbvArray && i < values.val.array.nElems; i++)
	{
		JsonbValue *element = scim_new_object();

		scim_add(element, part->name, part->length, &values.val.array.elems[i]);
		scim_append(result, element);
	}
}

/* The elements of an array, each opened. */
static JsonbValue *
open_elements(const JsonbValue *array)
{
	JsonbValue *elements = array && scim_is_array(array) ? scim_open(array) : scim_new_array();

	for (int i = 0; i < elements->val.array.nElems; i++)
		elements->val.array.elems[i] = *scim_open(&elements->val.array.elems[i]);
	return elements;
}

static void
join_slots(const Join *join, const ScimMappedAttribute *attribute, JsonbValue *object)
{
	JsonbValue *others = open_elements(scim_get(object, attribute->name, attribute->length));
	bool	   *taken = palloc0(Max(others->val.array.nElems, 1) * sizeof(bool));
	JsonbValue *result = scim_new_array();

	for (int i = 0; i < attribute->slot_count; i++)
	{
		const ScimMappedSlot *slot = &attribute->slots[i];

		if (slot->spread)
			add_spread(join, &slot->fields[0], result);
		else
			add_slot(join, slot, others, taken, result);
	}
	for (int i = 0; i < others->val.array.nElems; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!taken[i])
			scim_append(result, &others->val.array.elems[i]);
	}
	scim_set_or_remove(object, attribute->name, attribute->length, result);
}

/* ---- the document ---- */

static void
join_attribute(const Join *join, const ScimMappedAttribute *attribute, JsonbValue *object)
{
	if (attribute->whole)
		join_values(join, attribute->whole, 1, object);
	if (attribute->field_count > 0)
	{
		JsonbValue *complex = open_object(object, attribute->name, attribute->length);

		join_values(join, attribute->fields, attribute->field_count, complex);
		scim_set_or_remove(object, attribute->name, attribute->length, complex);
	}
	if (attribute->slot_count > 0)
		join_slots(join, attribute, object);
}

static void
join_object(const Join *join, const ScimMappedObject *mapped, JsonbValue *object)
{
	for (int i = 0; i < mapped->count; i++)
	{
		if (mapped->attributes[i].has[join->read_only])
			join_attribute(join, &mapped->attributes[i], object);
	}
}

static void
join_objects(const ScimRegistration *registration, const Join *join, JsonbValue *document)
{
	const ScimMappedPlan *plan = scim_mapped_plan(registration);

	for (int i = 0; i < plan->count; i++)
	{
		const ScimMappedObject *mapped = &plan->objects[i];
		JsonbValue *extension;

		if (!mapped->has[join->read_only])
			continue;
		if (mapped->extension == NULL)
		{
			join_object(join, mapped, document);
			continue;
		}
		extension = open_object(document, mapped->extension->urn, mapped->length);
		join_object(join, mapped, extension);
		scim_set_or_remove(document, mapped->extension->urn, mapped->length, extension);
	}
}

/*
 * What the data column holds of the document, opened; what is no object came by
 * other hands, and is as good as none.
 */
static JsonbValue *
open_data(const ScimResourceType *type, Jsonb *data)
{
	JsonbValue *document = scim_new_object();
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (data == NULL || !JB_ROOT_IS_OBJECT(data))
		return document;
	scim_walk(&walk, &data->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (!scim_belongs_elsewhere(type, &key))
			scim_add(document, key.val.string.val, key.val.string.len, &value);
	}
	return document;
}

static bool
lists(const JsonbValue *urns, const char *urn)
{
	for (int i = 0; i < urns->val.array.nElems; i++)
	{
		if (scim_string_is(&urns->val.array.elems[i], urn))
			return true;
	}
	return false;
}

/*
 * The core URN, those of extensions that have a value or are listed in "data",
 * and what else is listed there.
 */
static void
derive_schemas(const ScimResourceType *type, JsonbValue *document)
{
	JsonbValue *found = scim_get(document, "schemas", strlen("schemas"));
	JsonbValue *listed = found && scim_is_array(found) ? scim_open(found) : scim_new_array();
	JsonbValue *urns = scim_new_array();

	scim_append_text(urns, type->schema->urn);
	for (int i = 0; type->extensions[i]; i++)
	{
		const char *urn = type->extensions[i]->urn;

		if (scim_get(document, urn, strlen(urn)) || lists(listed, urn))
			scim_append_text(urns, urn);
	}
	for (int i = 0; i < listed->val.array.nElems; i++)
	{
		const JsonbValue *urn = &listed->val.array.elems[i];

		if (urn->type != jbvString || !scim_schema(type, urn->val.string.val, urn->val.string.len))
			scim_append(urns, urn);
	}
	scim_set_value(document, "schemas", urns);
}

JsonbValue *
scim_join_tree(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns)
{
	Join		join = {.columns = columns};
	JsonbValue *document = open_data(registration->type, data);

	join_objects(registration, &join, document);
	derive_schemas(registration->type, document);
	return document;
}

Jsonb *
scim_join_columns(const ScimRegistration *registration, Jsonb *data,
				  const ScimColumnValues *columns)
{
	return scim_write(scim_join_tree(registration, data, columns));
}

/* An extension of which only columns are shown that cannot be written is among the schemas, too. */
static void
show_schemas(const ScimRegistration *registration, JsonbValue *resource)
{
	const ScimMappedPlan *plan = scim_mapped_plan(registration);
	JsonbValue *found = scim_get(resource, "schemas", strlen("schemas"));
	JsonbValue *urns = found && scim_is_array(found) ? scim_open(found) : NULL;

	for (int i = 0; urns && i < plan->count; i++)
	{
		const ScimMappedObject *mapped = &plan->objects[i];

		if (mapped->extension && mapped->has[true] && !lists(urns, mapped->extension->urn) &&
			scim_get(resource, mapped->extension->urn, mapped->length))
		{
			scim_append_text(urns, mapped->extension->urn);
			scim_set_value(resource, "schemas", urns);
		}
	}
}

void
scim_show_columns(const ScimRegistration *registration, JsonbValue *resource,
				  const ScimColumnValues *columns)
{
	Join		join = {.columns = columns, .read_only = true};

	if (registration->mapped_count == 0)
		return;
	join_objects(registration, &join, resource);
	show_schemas(registration, resource);
}
