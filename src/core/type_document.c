/*
 * type_document.c
 *		Resource types as JSON documents (RFC 7643 section 6), read and written.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/object.h"
#include "core/place.h"
#include "core/type_document.h"
#include "miscadmin.h"

enum
{
	TYPE_SCHEMAS,
	TYPE_ID,
	TYPE_NAME,
	TYPE_ENDPOINT,
	TYPE_DESCRIPTION,
	TYPE_SCHEMA,
	TYPE_EXTENSIONS,
	TYPE_META,
	TYPE_MEMBERS
};

static const char *const type_members[TYPE_MEMBERS] = {
	"schemas", "id", "name", "endpoint", "description", "schema", "schemaExtensions", "meta"
};

enum
{
	EXTENSION_SCHEMA, EXTENSION_REQUIRED, EXTENSION_MEMBERS
};

static const char *const extension_members[EXTENSION_MEMBERS] = {"schema", "required"};

static void
read_extensions(ScimTypeDocument *type, const JsonbValue *given, const ScimPlace *place)
{
	ScimWalk	walk;
	JsonbValue	element;
	const char **urns;
	bool	   *required;

	if (given->type == jbvNull)
		return;
	if (!scim_is_array(given))
		scim_throw_expected(SCIM_BAD_DOCUMENT, place,
							"an array of {\"schema\": URN, \"required\": true or false}");
	scim_walk(&walk, given->val.binary.data);
	type->extensions = urns = palloc0((walk.count + 1) * sizeof(char *));
	type->required = required = palloc0((walk.count + 1) * sizeof(bool));
	for (int i = 0; scim_walk_next(&walk, NULL, &element); i++)
	{
		ScimPlace	here = {.up = place, .index = i};
		ScimPlace	parts[EXTENSION_MEMBERS];
		JsonbValue	values[EXTENSION_MEMBERS];

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < EXTENSION_MEMBERS; j++)
			parts[j] = scim_place(&here, extension_members[j]);
		scim_read_object(&element, extension_members, EXTENSION_MEMBERS, &here, values);
		urns[i] = scim_read_required_text(&values[EXTENSION_SCHEMA], &parts[EXTENSION_SCHEMA]);
		required[i] = scim_read_flag(&values[EXTENSION_REQUIRED], &parts[EXTENSION_REQUIRED]);
		type->extension_count = i + 1;
	}
}

/* One segment of a URL, with or without a slash in front; stored with it. */
static char *
read_endpoint(const JsonbValue *given, const ScimPlace *place)
{
	static const char *const reserved[] = {"Schemas", "ResourceTypes", "ServiceProviderConfig",
	"Bulk", "Me"};
	char	   *text = scim_read_required_text(given, place);
	const char *segment = text[0] == '/' ? text + 1 : text;

	if (segment[0] == '\0' || strlen(segment) >= NAMEDATALEN ||
		strspn(segment, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
		strlen(segment))
		scim_throw_expected(SCIM_BAD_DOCUMENT, place, "a path of one segment, such as /Devices");
	for (int i = 0; i < (int) lengthof(reserved); i++)
	{
		if (pg_strcasecmp(segment, reserved[i]) == 0)
			scim_throw_expected(SCIM_BAD_DOCUMENT, place,
								psprintf("another than /%s, which RFC 7644 has taken",
										 reserved[i]));
	}
	return psprintf("/%s", segment);
}

ScimTypeDocument *
scim_read_resource_type(Jsonb *document)
{
	ScimTypeDocument *type = palloc0(sizeof(ScimTypeDocument));
	JsonbValue	values[TYPE_MEMBERS];
	ScimPlace	places[TYPE_MEMBERS];

	for (int i = 0; i < TYPE_MEMBERS; i++)
		places[i] = scim_place(NULL, type_members[i]);
	scim_read_document(document, "resource type", SCIM_URN_RESOURCE_TYPE, type_members,
					   TYPE_MEMBERS, values);
	type->name = scim_read_required_text(&values[TYPE_NAME], &places[TYPE_NAME]);
	/* "$ref", which is a name of attributes, is none of types */
	if (!scim_is_attribute_name(type->name) || strchr(type->name, '$'))
		scim_throw_expected(SCIM_BAD_DOCUMENT, &places[TYPE_NAME],
							"a name of letters, digits, \"-\" and \"_\" that begins with a letter");
	type->endpoint = read_endpoint(&values[TYPE_ENDPOINT], &places[TYPE_ENDPOINT]);
	type->description = scim_read_text(&values[TYPE_DESCRIPTION], &places[TYPE_DESCRIPTION]);
	type->schema = scim_read_required_text(&values[TYPE_SCHEMA], &places[TYPE_SCHEMA]);
	read_extensions(type, &values[TYPE_EXTENSIONS], &places[TYPE_EXTENSIONS]);
	return type;
}

JsonbValue *
scim_resource_type_document(const ScimTypeDocument *type)
{
	JsonbValue *document = scim_new_document(SCIM_URN_RESOURCE_TYPE);
	JsonbValue *extensions = scim_new_array();

	for (int i = 0; i < type->extension_count; i++)
	{
		JsonbValue *extension = scim_new_object();

		scim_set_text(extension, "schema", type->extensions[i]);
		scim_set_bool(extension, "required", type->required[i]);
		scim_append(extensions, extension);
	}
	scim_set_text(document, "id", type->name);
	scim_set_text(document, "name", type->name);
	scim_set_text(document, "endpoint", type->endpoint);
	if (type->description)
		scim_set_text(document, "description", type->description);
	scim_set_text(document, "schema", type->schema);
	scim_set_value(document, "schemaExtensions", extensions);
	return document;
}

void
scim_type_parts(const ScimResourceType *type, ScimTypeDocument *parts)
{
	const char **urns;

	memset(parts, 0, sizeof(*parts));
	parts->name = type->name;
	parts->endpoint = type->endpoint;
	parts->description = type->description;
	parts->schema = type->schema->urn;
	parts->required = type->extension_required;
	while (type->extensions[parts->extension_count])
		parts->extension_count++;
	parts->extensions = urns = palloc((parts->extension_count + 1) * sizeof(char *));
	for (int i = 0; i < parts->extension_count; i++)
		urns[i] = type->extensions[i]->urn;
}
