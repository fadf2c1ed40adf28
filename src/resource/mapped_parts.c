/*
 * mapped_parts.c
 *		A document taken apart: the value of each mapped column, and the rest.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/place.h"
#include "resource/mapped_parts.h"

/* ---- attributes with one value ---- */

/* Moves a part's value out of the object; none if it has none. */
void
scim_take_part(ScimMappedParts *parts, const ScimMappedField *part, JsonbValue *object)
{
	const JsonbValue *found = scim_get(object, part->name, part->length);

	if (!found)
		return;
	if (!scim_is_unassigned(found))
		parts->values[part->index] = *found;
	(void) scim_remove(object, part->name, part->length);
}

void
scim_set_or_remove(JsonbValue *parent, const char *name, int length, const JsonbValue *value)
{
	if (scim_is_unassigned(value))
		(void) scim_remove(parent, name, length);
	else
		scim_set(parent, name, length, value);
}

static void
take_parts(ScimMappedParts *parts, const ScimMappedAttribute *attribute, JsonbValue *object)
{
	const JsonbValue *found = scim_get(object, attribute->name, attribute->length);
	JsonbValue *complex;

	if (!found || !scim_is_object(found))
		return;
	complex = scim_open(found);
	for (int i = 0; i < attribute->field_count; i++)
		scim_take_part(parts, &attribute->fields[i], complex);
	scim_set_or_remove(object, attribute->name, attribute->length, complex);
}

/* ---- the document ---- */

static void
take_object(ScimMappedParts *parts, const ScimMappedObject *mapped, JsonbValue *object)
{
	for (int i = 0; i < mapped->count; i++)
	{
		const ScimMappedAttribute *attribute = &mapped->attributes[i];

		if (attribute->whole)
			scim_take_part(parts, attribute->whole, object);
		if (attribute->field_count > 0)
			take_parts(parts, attribute, object);
		if (attribute->slot_count > 0)
			scim_take_slots(parts, attribute, object);
	}
}

/* Does a URN follow from what else is in the document, or from columns that are only shown? */
static bool
is_implied(const ScimMappedParts *parts, const JsonbValue *urn, const JsonbValue *document)
{
	const ScimResourceType *type = parts->registration->type;
	const ScimSchema *extension;

	if (urn->type != jbvString)
		return false;
	if (scim_same_name(urn->val.string.val, urn->val.string.len, type->schema->urn) ||
		scim_get(document, urn->val.string.val, urn->val.string.len))
		return true;
	extension = scim_extension(type, urn->val.string.val, urn->val.string.len);
	for (int i = 0; extension && i < parts->plan->count; i++)
	{
		if (parts->plan->objects[i].extension == extension && parts->plan->objects[i].has[true])
			return true;
	}
	return false;
}

/* "schemas" without what follows from the rest of the document. */
void
scim_reduce_schemas(const ScimMappedParts *parts, const JsonbValue *document, JsonbValue *rest)
{
	JsonbValue *found = scim_get(rest, "schemas", strlen("schemas"));
	JsonbValue *urns = scim_new_array();

	if (!found)
		return;
	if (scim_is_array(found) && parts->has_data)
	{
		const JsonbValue *all = scim_open(found);

		for (int i = 0; i < all->val.array.nElems; i++)
		{
			if (!is_implied(parts, &all->val.array.elems[i], document))
				scim_append(urns, &all->val.array.elems[i]);
		}
	}
	scim_set_or_remove(rest, "schemas", strlen("schemas"), urns);
}

void
scim_take_apart(ScimMappedParts *parts, Jsonb *document)
{
	JsonbValue	root;
	JsonbValue *whole;

	scim_root(document, &root);
	whole = scim_open(&root);
	parts->rest = scim_open(&root);
	scim_reduce_schemas(parts, whole, parts->rest);
	for (int i = 0; i < parts->plan->count; i++)
	{
		const ScimMappedObject *mapped = &parts->plan->objects[i];
		const JsonbValue *found;
		JsonbValue *extension;

		if (mapped->extension == NULL)
		{
			take_object(parts, mapped, parts->rest);
			continue;
		}
		found = scim_get(parts->rest, mapped->extension->urn, mapped->length);
		if (!found || !scim_is_object(found))
			continue;
		extension = scim_open(found);
		take_object(parts, mapped, extension);
		scim_set_or_remove(parts->rest, mapped->extension->urn, mapped->length, extension);
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

/* The place of a member of an object. */
static ScimPlace
place_of(const ScimPlace *up, const JsonbPair *pair)
{
	ScimPlace	place = {.up = up, .name = pair->key.val.string.val, .length = pair->key.val.string.len};

	return place;
}

/* Something of the attribute is left: what is mapped in part is opened, and says what is not. */
static SCIM_NORETURN void throw_attribute(const ScimMappedParts *parts, const ScimAttribute *attributes,
										  const ScimPlace *up, const JsonbPair *pair);

static void
throw_attribute(const ScimMappedParts *parts, const ScimAttribute *attributes, const ScimPlace *up,
				const JsonbPair *pair)
{
	ScimError  *error = scim_error(SCIM_NO_COLUMN);
	ScimPlace	place = place_of(up, pair);
	const ScimAttribute *attribute = scim_attribute(attributes, place.name, place.length);
	char	   *mapped = attribute ? mapped_paths(parts->registration, attribute) : NULL;
	char	   *path = scim_place_text(&place);
	const char *what = "%s has no column in table %s";

	if (mapped)
		scim_error_hint(error, psprintf("Of %s these have a column: %s.", path, mapped));
	if (mapped && pair->value.type == jbvObject)
	{
		ScimPlace	part = place_of(&place, &pair->value.val.object.pairs[0]);

		path = scim_place_text(&part);
	}
	else if (mapped && pair->value.type == jbvArray)
	{
		scim_error_value(error, "value", &pair->value.val.array.elems[0]);
		what = "%s has a value, or a part of one, that has no column in table %s";
	}
	scim_error_text(error, "path", path);
	scim_throw(error, what, path, parts->registration->table);
}

void
scim_throw_rest(const ScimMappedParts *parts)
{
	const ScimResourceType *type = parts->registration->type;
	const JsonbPair *pair = &parts->rest->val.object.pairs[0];
	ScimPlace	place = place_of(NULL, pair);
	const ScimSchema *extension = scim_extension(type, place.name, place.length);

	if (extension && pair->value.type == jbvObject)
		throw_attribute(parts, extension->attributes, &place, &pair->value.val.object.pairs[0]);
	throw_attribute(parts, type->schema->attributes, NULL, pair);
}
