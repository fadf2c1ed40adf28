/*
 * object.c
 *		Objects of a known shape, such as the documents of schemas: members by a
 *		list of names, everything else refused.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/object.h"
#include "core/place.h"
#include "core/schema.h"
#include "core/value.h"
#include "miscadmin.h"

void
scim_read_object(const JsonbValue *given, const char *const *names, int count,
				 const ScimPlace *place, JsonbValue *values)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (!scim_is_object(given))
		scim_throw_expected(SCIM_BAD_DOCUMENT, place, "an object");
	for (int i = 0; i < count; i++)
		values[i].type = jbvNull;
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		int			i = 0;
		ScimPlace	here = {.up = place};

		while (i < count && !scim_same_name(key.val.string.val, key.val.string.len, names[i]))
			i++;
		if (i == count)
		{
			char	   *path;

			here.name = scim_shown_name(key.val.string.val, key.val.string.len);
			here.length = strlen(here.name);
			path = scim_place_text(&here);
			scim_throw_path(SCIM_BAD_DOCUMENT_SYNTAX, path, "%s is not known here", path);
		}
		scim_check_spelling(walk.container, &key, names[i], place);
		values[i] = value;
	}
}

char *
scim_read_text(const JsonbValue *value, const ScimPlace *place)
{
	if (value->type == jbvNull)
		return NULL;
	if (value->type != jbvString)
		scim_throw_expected(SCIM_BAD_DOCUMENT, place, "a string");
	return scim_string_copy(value);
}

char *
scim_read_required_text(const JsonbValue *value, const ScimPlace *place)
{
	char	   *text = scim_read_text(value, place);

	if (text == NULL || text[0] == '\0')
		scim_throw_expected(SCIM_BAD_DOCUMENT, place, "a string that is not empty");
	return text;
}

bool
scim_read_flag(const JsonbValue *value, const ScimPlace *place)
{
	if (value->type == jbvNull)
		return false;
	if (value->type != jbvBool)
		scim_throw_expected(SCIM_BAD_DOCUMENT, place, "true or false");
	return value->val.boolean;
}

const char *const *
scim_read_texts(const JsonbValue *value, const ScimPlace *place)
{
	ScimWalk	walk;
	JsonbValue	element;
	const char **texts;

	if (value->type == jbvNull)
		return NULL;
	if (!scim_is_array(value))
		scim_throw_expected(SCIM_BAD_DOCUMENT, place, "an array of strings");
	scim_walk(&walk, value->val.binary.data);
	if (walk.count == 0)
		return NULL;
	texts = palloc0((walk.count + 1) * sizeof(char *));
	for (int i = 0; scim_walk_next(&walk, NULL, &element); i++)
	{
		ScimPlace	here = {.up = place, .index = i};

		CHECK_FOR_INTERRUPTS();
		texts[i] = scim_read_required_text(&element, &here);
	}
	return texts;
}

void
scim_read_document(Jsonb *document, const char *what, const char *urn, const char *const *names,
				   int count, JsonbValue *values)
{
	JsonbValue	root;
	ScimPlace	place = scim_place(NULL, "schemas");
	const char *const *schemas;

	if (!JB_ROOT_IS_OBJECT(document))
		scim_throw_path(SCIM_BAD_DOCUMENT_SYNTAX, NULL, "a %s must be an object", what);
	scim_root(document, &root);
	scim_read_object(&root, names, count, NULL, values);
	schemas = scim_read_texts(&values[0], &place);
	if (schemas && (schemas[1] || !scim_same_name(schemas[0], strlen(schemas[0]), urn)))
		scim_throw_expected(SCIM_BAD_DOCUMENT, &place, psprintf("[\"%s\"]", urn));
}

bool
scim_has_urn(const JsonbValue *schemas, const char *urn)
{
	ScimWalk	walk;
	JsonbValue	element;

	if (!scim_is_array(schemas))
		return false;
	scim_walk(&walk, schemas->val.binary.data);
	while (scim_walk_next(&walk, NULL, &element))
	{
		if (element.type == jbvString &&
			scim_same_name(element.val.string.val, element.val.string.len, urn))
			return true;
	}
	return false;
}

void
scim_set_texts(JsonbValue *object, const char *key, const char *const *texts)
{
	JsonbValue *array = scim_new_array();

	if (!texts)
		return;
	for (; *texts; texts++)
		scim_append_text(array, *texts);
	scim_set_value(object, key, array);
}

JsonbValue *
scim_new_document(const char *urn)
{
	JsonbValue *document = scim_new_object();
	const char *schemas[2] = {urn, NULL};

	scim_set_texts(document, "schemas", schemas);
	return document;
}
