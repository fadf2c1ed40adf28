/*
 * check_types.c
 *		Does a resource type, as it is to be, go with itself and with the others?
 */
#include "postgres.h"

#include "base/errors.h"
#include "core/resource.h"
#include "core/schema_document.h"
#include "registry/check_types.h"

#define DISCOVERY(name) "urn:ietf:params:scim:schemas:core:2.0:" name

/*
 * Is it a schema of those that describe what the server answers: no resource
 * can have it, and nobody changes it?
 */
static bool
is_discovery_schema(const char *urn)
{
	static const char *const urns[] = {
		DISCOVERY("ServiceProviderConfig"), DISCOVERY("ResourceType"), DISCOVERY("Schema")
	};

	for (int i = 0; i < (int) lengthof(urns); i++)
	{
		if (scim_same_name(urn, strlen(urn), urns[i]))
			return true;
	}
	return false;
}

/* ---- a type in itself ---- */

static SCIM_NORETURN void refuse(const char *path, const char *problem);

static void
refuse(const char *path, const char *problem)
{
	scim_throw_path(SCIM_BAD_DOCUMENT, path, "%s %-s", path, problem);
}

/*
 * All attributes of the core schema and the extensions have names of their own,
 * so that none needs its URN.
 */
static void
check_attributes(const ScimResourceType *type, const ScimSchema *schema, int before)
{
	for (const ScimAttribute *attribute = schema->attributes; attribute->name; attribute++)
	{
		int			length = strlen(attribute->name);

		if (scim_attribute(scim_common_attributes(), attribute->name, length))
			refuse(attribute->name, scim_phrase("is an attribute of all resources already; %s "
												"cannot define it for a %s",
												schema->urn, type->name));
		for (int i = 0; i < before; i++)
		{
			const ScimSchema *other = scim_schema_at(type, i);

			if (scim_attribute(other->attributes, attribute->name, length))
				refuse(attribute->name,
					   scim_phrase("of a %s would be an attribute of both %s and %s", type->name,
								   other->urn, schema->urn));
		}
	}
}

/* Does the URN read like a path to an attribute of the schema? */
static bool
reads_as_path(const char *urn, const ScimSchema *schema)
{
	int			length = strlen(schema->urn);
	const char *name = urn + length + 1;
	const ScimAttribute *attribute;
	const char *dot;

	if ((int) strlen(urn) <= length || urn[length] != ':' ||
		!scim_same_name(urn, length, schema->urn))
		return false;
	dot = strchr(name, '.');
	attribute = scim_attribute(schema->attributes, name, dot ? dot - name : (int) strlen(name));
	return attribute && (dot == NULL || (attribute->sub &&
										 scim_attribute(attribute->sub, dot + 1, strlen(dot + 1))));
}

static void
check_urns(const ScimResourceType *type, const ScimSchema *schema, int before)
{
	for (int i = 0; i < before; i++)
	{
		const ScimSchema *other = scim_schema_at(type, i);

		if (other == schema)
			refuse(schema->urn, scim_phrase("stands twice among the schemas of %s", type->name));
		if (reads_as_path(schema->urn, other) || reads_as_path(other->urn, schema))
			refuse(schema->urn, scim_phrase("beside %s makes paths ambiguous: one URN reads as an "
											"attribute of the other",
											other->urn));
	}
}

void
scim_check_type(const ScimResourceType *type)
{
	for (int i = 0; i < scim_schema_count(type); i++)
	{
		const ScimSchema *schema = scim_schema_at(type, i);

		if (is_discovery_schema(schema->urn))
			refuse(schema->urn,
				   "is not for resources: it describes what the server tells about itself");
		check_urns(type, schema, i);
		check_attributes(type, schema, i);
	}
}

/* ---- among the others ---- */

/* Their tables refer to one another, so there is one type for each. */
static const char *
type_of_schema(const char *urn)
{
	if (strcmp(urn, SCIM_URN_USER) == 0)
		return "User";
	return strcmp(urn, SCIM_URN_GROUP) == 0 ? "Group" : NULL;
}

void
scim_check_type_among(const ScimResourceType *type, const ScimResourceType *const *types)
{
	const char *only = type_of_schema(type->schema->urn);

	if (only && strcmp(only, type->name) != 0)
		refuse("schema", scim_phrase("%s is that of %s alone", type->schema->urn, only));
	for (int i = 0; type->extensions[i]; i++)
	{
		if (type_of_schema(type->extensions[i]->urn))
			refuse("schemaExtensions",
				   scim_phrase("cannot have %s: it is no extension", type->extensions[i]->urn));
	}
	for (; *types; types++)
	{
		const ScimResourceType *other = *types;

		if (pg_strcasecmp(other->name, type->name) == 0)
		{
			if (strcmp(other->name, type->name) != 0)
				refuse("name", scim_phrase("is spelled \"%s\"", other->name));
			if (type_of_schema(other->schema->urn) && other->schema != type->schema &&
				strcmp(other->schema->urn, type->schema->urn) != 0)
				refuse("schema", scim_phrase("of %s must be %s", type->name, other->schema->urn));
		}
		else if (pg_strcasecmp(other->endpoint, type->endpoint) == 0)
			refuse("endpoint", scim_phrase("%s is that of %s", type->endpoint, other->name));
	}
}

/* ---- what scimver relies on ---- */

/* The attributes that are kept in tables and columns of their own. */
static const struct
{
	const char *urn;
	const char *attribute;
}			kept[] = {
	{SCIM_URN_USER, "password"}, {SCIM_URN_USER, "groups"}, {SCIM_URN_GROUP, "members"}
};

void
scim_check_schema_change(const ScimSchema *old, const ScimSchema *new)
{
	if (strcmp(old->urn, new->urn) != 0)
		refuse("id", scim_phrase("is spelled \"%s\"", old->urn));
	if (is_discovery_schema(new->urn))
		refuse("id", "is the URN of a schema that describes what the server tells about itself");
	for (int i = 0; i < (int) lengthof(kept); i++)
	{
		const char *name = kept[i].attribute;
		const ScimAttribute *before;
		const ScimAttribute *after;

		if (strcmp(kept[i].urn, new->urn) != 0)
			continue;
		before = scim_attribute(old->attributes, name, strlen(name));
		after = scim_attribute(new->attributes, name, strlen(name));
		if (before && (after == NULL || !scim_same_attribute(before, after)))
			refuse(name, "must stay as it is: it is kept outside of the document");
	}
}
