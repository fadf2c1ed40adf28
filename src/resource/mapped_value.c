/*
 * mapped_value.c
 *		What putting a document together from columns and taking it apart share:
 *		single values of its objects, and the rest of an element.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "resource/mapped_value.h"

void
scim_take_value(ScimTaken *taken, const ScimMappedField *field, JsonbValue *object)
{
	const JsonbValue *found = scim_get(object, field->name, field->length);

	if (!found)
		return;
	if (!scim_is_unassigned(found))
		taken->values[field->index] = *found;
	(void) scim_remove(object, field->name, field->length);
}

void
scim_set_or_remove(JsonbValue *parent, const char *name, int length, const JsonbValue *value)
{
	if (scim_is_unassigned(value))
		(void) scim_remove(parent, name, length);
	else
		scim_set(parent, name, length, value);
}

/*
 * May the rest of the slot's element be this one, of "data"?  It has nothing
 * that the columns hold.
 */
static bool
is_rest(const ScimMappedSlot *slot, const JsonbValue *element, bool read_only)
{
	if (element->type != jbvObject || !scim_fits_slot(slot, element, true))
		return false;
	for (int i = 0; i < slot->field_count; i++)
	{
		if (slot->fields[i].column->read_only == read_only &&
			scim_get(element, slot->fields[i].name, slot->fields[i].length))
			return false;
	}
	return true;
}

int
scim_find_rest(const ScimMappedSlot *slot, const JsonbValue *elements, const bool *taken,
			   bool read_only)
{
	for (int i = 0; i < elements->val.array.nElems; i++)
	{
		if (!taken[i] && is_rest(slot, &elements->val.array.elems[i], read_only))
			return i;
	}
	return -1;
}
