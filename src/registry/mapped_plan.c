/*
 * mapped_plan.c
 *		Where in a document the mapped columns of a table stand.
 *
 * Made once of each registration, in its memory, and forgotten with it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_attribute.h"
#include "registry/mapped_plan.h"
#include "registry/mapping_path.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* ---- where columns stand ---- */

static ScimMappedField
part_of(const ScimRegistration *registration, int index, const char *name)
{
	ScimMappedField field = {.name = name, .length = strlen(name), .index = index};

	field.column = &registration->mapped[index];
	return field;
}

static ScimMappedObject *
object_of(ScimMappedPlan *plan, const ScimSchema *extension, int most)
{
	ScimMappedObject *object = plan->objects;

	for (; object < plan->objects + plan->count; object++)
	{
		if (object->extension == extension)
			return object;
	}
	plan->count++;
	object->extension = extension;
	object->length = extension ? strlen(extension->urn) : 0;
	object->attributes = palloc0(most * sizeof(ScimMappedAttribute));
	return object;
}

static ScimMappedAttribute *
attribute_of(ScimMappedObject *object, const char *name, const ScimAttribute *attribute, int most)
{
	ScimMappedAttribute *found = object->attributes;

	for (; found < object->attributes + object->count; found++)
	{
		if (strcmp(found->name, name) == 0)
			return found;
	}
	object->count++;
	found->name = name;
	found->length = strlen(name);
	found->attribute = attribute;
	found->fields = palloc0(most * sizeof(ScimMappedField));
	found->slots = palloc0(most * sizeof(ScimMappedSlot));
	return found;
}

/* ---- slots ---- */

static void
set_constants(ScimMappedSlot *slot, const ScimPath *path)
{
	List	   *constants = scim_slot_constants(path);
	ListCell   *cell;

	slot->constants = palloc(list_length(constants) * sizeof(ScimMappedConstant));
	slot->constant_count = 0;
	foreach(cell, constants)
	{
		const ScimSlotConstant *constant = lfirst(cell);

		slot->constants[slot->constant_count++] =
			(ScimMappedConstant)
		{
			.name = constant->sub->name,
				.length = strlen(constant->sub->name),
				.value = constant->value
		};
	}
}

static bool
same_constants(const ScimMappedSlot *a, const ScimMappedSlot *b)
{
	if (a->constant_count != b->constant_count || a->spread || b->spread)
		return false;
	/* they come in the order of names */
	for (int i = 0; i < a->constant_count; i++)
	{
		if (strcmp(a->constants[i].name, b->constants[i].name) != 0 ||
			!scim_equal(&a->constants[i].value, &b->constants[i].value))
			return false;
	}
	return true;
}

static void
add_to_slot(ScimMappedAttribute *attribute, const ScimMappedColumn *column, ScimMappedField field,
			int most)
{
	ScimMappedSlot *last = &attribute->slots[attribute->slot_count];
	ScimMappedSlot *slot = attribute->slots;

	last->spread = scim_spreads(column);
	set_constants(last, &column->parsed);
	while (slot < last && !same_constants(slot, last))
		slot++;
	if (slot == last)
	{
		attribute->slot_count++;
		slot->fields = palloc(most * sizeof(ScimMappedField));
	}
	slot->fields[slot->field_count++] = field;
}

bool
scim_fits_slot(const ScimMappedSlot *slot, const JsonbValue *element, bool or_absent)
{
	for (int i = 0; i < slot->constant_count; i++)
	{
		const ScimMappedConstant *constant = &slot->constants[i];
		const JsonbValue *value = scim_get(element, constant->name, constant->length);

		if (!value && or_absent)
			continue;
		if (!value || value->type != constant->value.type || !scim_equal(value, &constant->value))
			return false;
	}
	return true;
}

/* ---- the plan ---- */

static void
add_column(ScimMappedPlan *plan, const ScimRegistration *registration, int index)
{
	const ScimMappedColumn *column = &registration->mapped[index];
	const ScimPath *path = &column->parsed;
	int			most = registration->mapped_count;
	ScimMappedObject *object = object_of(plan, path->attribute ? path->extension : NULL, most);
	const char *name = path->attribute ? path->attribute->name : path->extension->urn;
	ScimMappedAttribute *attribute = attribute_of(object, name, path->attribute, most);

	object->has[column->read_only] = true;
	attribute->has[column->read_only] = true;
	if (!path->sub)
	{
		attribute->whole = palloc(sizeof(ScimMappedField));
		*attribute->whole = part_of(registration, index, name);
	}
	else if (path->attribute->multi_valued)
		add_to_slot(attribute, column, part_of(registration, index, path->sub->name), most);
	else
		attribute->fields[attribute->field_count++] = part_of(registration, index, path->sub->name);
}

/* What the catalog says of the column (0: there is none). */
static ScimMappedNull
null_of(const ScimRegistration *registration, AttrNumber number)
{
	ScimMappedNull result = {false};
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(registration->relid),
										Int16GetDatum(number));

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_attribute attribute = (Form_pg_attribute) GETSTRUCT(tuple);

		result.not_null = attribute->attnotnull;
		result.has_default = attribute->atthasdef || attribute->attidentity != '\0';
		ReleaseSysCache(tuple);
	}
	return result;
}

const ScimMappedPlan *
scim_make_mapped_plan(const ScimRegistration *registration)
{
	int			count = registration->mapped_count;
	MemoryContext old;
	ScimMappedPlan *plan;

	/* the array belongs to whoever made the registration, and lives as long */
	old = MemoryContextSwitchTo(count > 0 ? GetMemoryChunkContext(registration->mapped)
								: CurrentMemoryContext);
	plan = palloc0(sizeof(ScimMappedPlan));
	plan->objects = palloc0((count + 1) * sizeof(ScimMappedObject));
	plan->nulls = palloc(count * sizeof(ScimMappedNull));
	(void) object_of(plan, NULL, count);
	for (int i = 0; i < count; i++)
	{
		add_column(plan, registration, i);
		plan->nulls[i] = null_of(registration, registration->mapped[i].number);
		plan->nulls[i].not_null |= scim_value_type(&registration->mapped[i])->not_null;
	}
	plan->data = null_of(registration, registration->numbers[SCIM_COLUMN_DATA]);
	plan->password = null_of(registration, registration->numbers[SCIM_COLUMN_PASSWORD]);
	MemoryContextSwitchTo(old);
	if (count > 0)
		unconstify(ScimRegistration *, registration)->plan = plan;
	return plan;
}

/* ---- looking something up ---- */

const ScimMappedAttribute *
scim_find_mapped(const ScimRegistration *registration, const ScimPath *path)
{
	const ScimMappedPlan *plan;

	if (registration->mapped_count == 0)
		return NULL;
	plan = scim_mapped_plan(registration);
	for (int i = 0; i < plan->count; i++)
	{
		const ScimMappedObject *object = &plan->objects[i];

		for (int j = 0; object->extension == path->extension && j < object->count; j++)
		{
			if (strcmp(object->attributes[j].name, path->attribute->name) == 0)
				return &object->attributes[j];
		}
	}
	return NULL;
}

const ScimMappedField *
scim_find_mapped_field(const ScimMappedField *fields, int count, const ScimAttribute *sub)
{
	for (int i = 0; sub && i < count; i++)
	{
		if (strcmp(fields[i].name, sub->name) == 0)
			return &fields[i];
	}
	return NULL;
}

const ScimMappedConstant *
scim_find_mapped_constant(const ScimMappedSlot *slot, const ScimAttribute *sub)
{
	for (int i = 0; sub && i < slot->constant_count; i++)
	{
		if (strcmp(slot->constants[i].name, sub->name) == 0)
			return &slot->constants[i];
	}
	return NULL;
}
