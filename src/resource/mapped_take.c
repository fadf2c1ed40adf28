/*
 * mapped_take.c
 *		A document taken apart: the value of each mapped column, and the rest.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/value.h"
#include "resource/mapped_elements.h"
#include "resource/mapped_take.h"

/* What columns hold of a complex attribute with one value. */
static void
take_complex(ScimTaken *taken, const ScimMappedAttribute *attribute, JsonbValue *object)
{
	const JsonbValue *found = scim_get(object, attribute->name, attribute->length);
	JsonbValue *complex;

	if (!found || !scim_is_object(found))
		return;
	complex = scim_open(found);

	for (int i = 0; i < attribute->field_count; i++)
		scim_take_value(taken, &attribute->fields[i], complex);
	scim_set_or_remove(object, attribute->name, attribute->length, complex);
}

/* ---- the document ---- */

static void
take_object(ScimTaken *taken, const ScimMappedObject *mapped, JsonbValue *object)
{
	for (int i = 0; i < mapped->count; i++)
	{
		const ScimMappedAttribute *attribute = &mapped->attributes[i];

		if (attribute->whole)
			scim_take_value(taken, attribute->whole, object);
		if (attribute->field_count > 0)
			take_complex(taken, attribute, object);
		if (attribute->slot_count > 0)
			scim_take_slots(taken, attribute, object);
	}
}

/* Does a URN follow from what else is in the document, or from columns that are only shown? */
static bool
is_implied(const ScimTaken *taken, const JsonbValue *urn, const JsonbValue *document)
{
	const ScimResourceType *type = taken->registration->type;
	const ScimSchema *extension;

	if (urn->type != jbvString)
		return false;
	if (scim_same_name(urn->val.string.val, urn->val.string.len, type->schema->urn) ||
		scim_get(document, urn->val.string.val, urn->val.string.len))
		return true;
	extension = scim_extension(type, urn->val.string.val, urn->val.string.len);
	for (int i = 0; extension && i < taken->plan->count; i++)
	{
		if (taken->plan->objects[i].extension == extension && taken->plan->objects[i].has[true])
			return true;
	}
	return false;
}

void
scim_reduce_schemas(const ScimTaken *taken, const JsonbValue *document, JsonbValue *rest)
{
	JsonbValue *found = scim_get(rest, "schemas", strlen("schemas"));
	JsonbValue *urns = scim_new_array();

	if (!found)
		return;
	if (scim_is_array(found) && taken->has_data)
	{
		const JsonbValue *all = scim_open(found);

		for (int i = 0; i < all->val.array.nElems; i++)
		{
			if (!is_implied(taken, &all->val.array.elems[i], document))
				scim_append(urns, &all->val.array.elems[i]);
		}
	}
	scim_set_or_remove(rest, "schemas", strlen("schemas"), urns);
}

void
scim_take_apart(ScimTaken *taken, Jsonb *document)
{
	JsonbValue	root;
	JsonbValue *whole;

	scim_root(document, &root);
	whole = scim_open(&root);
	taken->rest = scim_open(&root);
	scim_reduce_schemas(taken, whole, taken->rest);
	for (int i = 0; i < taken->plan->count; i++)
	{
		const ScimMappedObject *mapped = &taken->plan->objects[i];
		const JsonbValue *found;
		JsonbValue *extension;

		if (mapped->extension == NULL)
		{
			take_object(taken, mapped, taken->rest);
			continue;
		}
		found = scim_get(taken->rest, mapped->extension->urn, mapped->length);
		if (!found || !scim_is_object(found))
			continue;
		extension = scim_open(found);
		take_object(taken, mapped, extension);
		scim_set_or_remove(taken->rest, mapped->extension->urn, mapped->length, extension);
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
	ScimPlace	place = {.up = up,
		.name = pair->key.val.string.val,
	.length = pair->key.val.string.len};

	return place;
}

/* Something of the attribute is left: what is mapped in part is opened, and says what is not. */
static SCIM_NORETURN void throw_attribute(const ScimTaken *taken, const ScimAttribute *attributes,
										  const ScimPlace *up, const JsonbPair *pair);

static void
throw_attribute(const ScimTaken *taken, const ScimAttribute *attributes, const ScimPlace *up,
				const JsonbPair *pair)
{
	ScimError  *error = scim_error(SCIM_NO_COLUMN);
	ScimPlace	place = place_of(up, pair);
	const ScimAttribute *attribute = scim_attribute(attributes, place.name, place.length);
	char	   *mapped = attribute ? mapped_paths(taken->registration, attribute) : NULL;
	char	   *path = scim_place_text(&place);
	const char *what = "%s has no column in table %s";

	if (mapped)
		scim_error_hint(error, psprintf("Of %s these have a column: %s.", path, mapped));
	if (mapped && pair->value.type == jbvObject)
	{
		ScimPlace	below = place_of(&place, &pair->value.val.object.pairs[0]);

		path = scim_place_text(&below);
	}
	else if (mapped && pair->value.type == jbvArray)
	{
		scim_error_value(error, "value", &pair->value.val.array.elems[0]);
		what = "%s has a value, or a part of one, that has no column in table %s";
	}
	scim_error_text(error, "path", path);
	scim_throw(error, what, path, taken->registration->table);
}

void
scim_throw_rest(const ScimTaken *taken)
{
	const ScimResourceType *type = taken->registration->type;
	const JsonbPair *pair = &taken->rest->val.object.pairs[0];
	ScimPlace	place = place_of(NULL, pair);
	const ScimSchema *extension = scim_extension(type, place.name, place.length);

	if (extension && pair->value.type == jbvObject)
		throw_attribute(taken, extension->attributes, &place, &pair->value.val.object.pairs[0]);
	throw_attribute(taken, type->schema->attributes, NULL, pair);
}
