/*
 * path.c
 *		Attribute paths: [URN ":"] attribute ["." sub-attribute], with or without
 *		a value filter.
 *
 * The URNs have dots and colons of their own ("...core:2.0:User:name.givenName"),
 * so a path is never split before the URN of a schema is taken off.
 */
#include "postgres.h"

#include "core/path.h"

/* The schema of the type whose URN the path begins with (the longest), or NULL. */
static const ScimSchema *
leading_schema(const ScimResourceType *type, const char *path, int length)
{
	const ScimSchema *found = NULL;
	int			found_length = -1;

	for (int i = -1; i < 0 || type->extensions[i]; i++)
	{
		const ScimSchema *schema = i < 0 ? type->schema : type->extensions[i];
		int			urn_length = strlen(schema->urn);

		if (urn_length > found_length && urn_length <= length &&
			(urn_length == length || path[urn_length] == ':') &&
			scim_same_name(path, urn_length, schema->urn))
		{
			found = schema;
			found_length = urn_length;
		}
	}
	return found;
}

/* The extension that has an attribute of that name; *count: how many do. */
static const ScimSchema *
extension_with(const ScimResourceType *type, const char *name, int length, int *count)
{
	const ScimSchema *found = NULL;

	*count = 0;
	for (int i = 0; type->extensions[i]; i++)
	{
		if (!scim_attribute(type->extensions[i]->attributes, name, length))
			continue;
		found = type->extensions[i];
		(*count)++;
	}
	return found;
}

/* Finds the attribute; without a URN in front it may be one of an extension, if "unqualified". */
static const char *
find_attribute(const ScimResourceType *type, const char *name, int length, bool unqualified,
			   ScimPath *result)
{
	const ScimSchema *other;
	int			count;

	result->attribute = result->extension ?
		scim_attribute(result->extension->attributes, name, length) :
		scim_top_attribute(type, name, length);
	if (result->attribute)
		return NULL;
	other = result->extension ? NULL : extension_with(type, name, length, &count);
	if (!other)
		return psprintf("is no attribute of %s", type->name);
	if (count > 1)
		return "is an attribute of several extensions: put the URN of one in front of it";
	if (!unqualified)
		return psprintf("is no attribute of %s itself; that of the extension is %s:%s", type->name,
						other->urn, scim_attribute(other->attributes, name, length)->name);
	result->extension = other;
	result->attribute = scim_attribute(other->attributes, name, length);
	return NULL;
}

const char *
scim_find_path(const ScimResourceType *type, const char *path, int length, bool unqualified,
			   ScimPath *result)
{
	const ScimSchema *schema = leading_schema(type, path, length);
	int			start = schema ? Min((int) strlen(schema->urn) + 1, length) : 0;
	const char *name = path + start;
	const char *end = path + length;
	const char *dot = memchr(name, '.', end - name);
	const char *problem;

	memset(result, 0, sizeof(*result));
	if (schema && schema != type->schema)
		result->extension = schema;
	if (schema && (int) strlen(schema->urn) == length)
	{
		result->text = pstrdup(schema->urn);
		return result->extension ? NULL : "is the resource as a whole; leave the path out";
	}

	problem = find_attribute(type, name, (dot ? dot : end) - name, unqualified && !schema, result);
	if (problem)
		return problem;
	result->text = result->extension ?
		psprintf("%s:%s", result->extension->urn, result->attribute->name) :
		pstrdup(result->attribute->name);
	if (!dot)
		return NULL;

	if (result->attribute->sub)
		result->sub = scim_attribute(result->attribute->sub, dot + 1, end - dot - 1);
	if (!result->sub)
		return psprintf("is no sub-attribute of %s", result->text);
	result->text = psprintf("%s.%s", result->text, result->sub->name);
	return NULL;
}

int
scim_top_length(const ScimResourceType *type, const char *path)
{
	for (int i = 0; type->extensions[i]; i++)
	{
		int			length = strlen(type->extensions[i]->urn);

		/* one URN may begin with another */
		if (strncmp(path, type->extensions[i]->urn, length) == 0 && strchr(":", path[length]))
			return length;
	}
	return strcspn(path, ".[");
}
