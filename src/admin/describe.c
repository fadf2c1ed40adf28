/*
 * describe.c
 *		Schemas and resource types as the resources that clients discover:
 *		documents with "meta".
 */
#include "postgres.h"

#include "admin/describe.h"
#include "base/jsonb_tree.h"
#include "core/content.h"
#include "core/location.h"
#include "core/schema_document.h"
#include "core/type_document.h"

static char *
version_of(const JsonbValue *document)
{
	Jsonb	   *written = scim_write(document);
	char		version[SCIM_VERSION_SIZE + 1];

	scim_form_version(scim_content_form(&written->root, NULL), NULL, version);
	return pstrdup(version);
}

void
scim_set_meta_version(JsonbValue *object, ScimVersionForm form)
{
	JsonbValue *meta = scim_new_object();

	scim_set_text(meta, "version", scim_version_in(form, version_of(object)));
	scim_set_value(object, "meta", meta);
}

void
scim_set_meta(JsonbValue *document, const char *type, const char *endpoint, const char *id,
			  const char *version, ScimVersionForm form)
{
	JsonbValue *meta = scim_new_object();

	if (version == NULL)
		version = version_of(document);
	scim_set_text(meta, "resourceType", type);
	scim_set_text(meta, "location", scim_location(endpoint, id));
	scim_set_text(meta, "version", scim_version_in(form, version));
	scim_set_value(document, "meta", meta);
}

JsonbValue *
scim_describe_schema(const ScimSchema *schema, ScimVersionForm form)
{
	JsonbValue *document = scim_schema_document(schema);

	scim_set_meta(document, "Schema", "/Schemas", schema->urn, schema->version, form);
	return document;
}

JsonbValue *
scim_describe_type(const ScimResourceType *type, ScimVersionForm form)
{
	ScimTypeDocument parts;
	JsonbValue *document;

	scim_type_parts(type, &parts);
	document = scim_resource_type_document(&parts);
	scim_set_meta(document, "ResourceType", "/ResourceTypes", type->name, type->version, form);
	return document;
}
