/*
 * hidden.c
 *		What of a resource is never returned.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/hidden.h"
#include "miscadmin.h"

static JsonbValue *without_hidden(const ScimAttribute *attributes, const JsonbValue *value);

bool
scim_holds_hidden(const ScimAttribute *attributes)
{
	for (; attributes && attributes->name; attributes++)
	{
		if (attributes->returned == SCIM_NEVER || scim_holds_hidden(attributes->sub))
			return true;
	}
	return false;
}

/* What the attribute's value shows: parts of complex ones may be hidden. */
static const JsonbValue *
shown_value(const ScimAttribute *attribute, const JsonbValue *value)
{
	return attribute && scim_holds_hidden(attribute->sub) ? without_hidden(attribute->sub, value)
		: value;
}

/* The object (or each one in an array) without the hidden ones of these attributes. */
static JsonbValue *
without_hidden(const ScimAttribute *attributes, const JsonbValue *value)
{
	bool		is_object = scim_is_object(value);
	JsonbValue *left = is_object ? scim_new_object() : scim_new_array();
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	member;

	check_stack_depth();
	if (!is_object && !scim_is_array(value))
		return memcpy(left, value, sizeof(JsonbValue));
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &key, &member))
	{
		const ScimAttribute *attribute;

		CHECK_FOR_INTERRUPTS();
		if (!is_object)
		{
			scim_append(left, without_hidden(attributes, &member));
			continue;
		}
		attribute = scim_attribute(attributes, key.val.string.val, key.val.string.len);
		if (attribute == NULL || attribute->returned != SCIM_NEVER)
			scim_add(left, key.val.string.val, key.val.string.len, shown_value(attribute, &member));
	}
	return left;
}

Jsonb *
scim_without_hidden(const ScimResourceType *type, Jsonb *document)
{
	JsonbValue	root;
	JsonbValue *shown;

	scim_root(document, &root);
	shown = without_hidden(type->schema->attributes, &root);
	for (int i = 0; type->extensions[i]; i++)
	{
		const ScimSchema *extension = type->extensions[i];
		JsonbValue *part = scim_get(shown, extension->urn, strlen(extension->urn));

		if (part && scim_holds_hidden(extension->attributes))
			*part = *without_hidden(extension->attributes, part);
	}
	return scim_write(shown);
}

/* ---- is there any? ---- */

static bool has_hidden(const ScimAttribute *attributes, const JsonbValue *value);

/* Does the object, or one in the array, have that attribute, or hidden parts of it? */
static bool
has_hidden_of(const ScimAttribute *attribute, const JsonbValue *value)
{
	bool		is_object = scim_is_object(value);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	member;

	check_stack_depth();
	if (!is_object && !scim_is_array(value))
		return false;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &key, &member))
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_object ? has_hidden_of(attribute, &member)
			: scim_same_name(key.val.string.val, key.val.string.len, attribute->name) &&
			(attribute->returned == SCIM_NEVER || has_hidden(attribute->sub, &member)))
			return true;
	}
	return false;
}

/* Hidden ones are few: it is these that are looked for. */
static bool
has_hidden(const ScimAttribute *attributes, const JsonbValue *value)
{
	for (; attributes && attributes->name; attributes++)
	{
		if ((attributes->returned == SCIM_NEVER || scim_holds_hidden(attributes->sub)) &&
			has_hidden_of(attributes, value))
			return true;
	}
	return false;
}

bool
scim_has_hidden(const ScimResourceType *type, Jsonb *document)
{
	JsonbValue	root;
	JsonbValue	part;

	scim_root(document, &root);
	if (has_hidden(type->schema->attributes, &root))
		return true;
	for (int i = 0; type->extensions[i]; i++)
	{
		if (scim_find_member(&root, type->extensions[i]->urn, &part) &&
			has_hidden(type->extensions[i]->attributes, &part))
			return true;
	}
	return false;
}
