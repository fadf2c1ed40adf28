/*
 * path.c
 *		Attribute paths: [URN ":"] attribute ["." sub-attribute].
 *
 * The URNs have dots and colons of their own ("...core:2.0:User:name.givenName"),
 * so a path is never split before the URN of a schema is taken off.
 */
#include "postgres.h"

#include "compat.h"
#include "core/path.h"
#include "core/value.h"
#include "errors.h"

static SCIM_NORETURN void throw_path(const char *path, int length, const char *problem);

static void
throw_path(const char *path, int length, const char *problem)
{
	char	   *shown = scim_shown_name(path, length);

	scim_throw_path(SCIM_INVALID_PATH, shown, "\"%s\" %s", shown, problem);
}

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

void
scim_resolve_path(const ScimResourceType *type, const char *path, int length, ScimPath *result)
{
	const ScimSchema *schema = leading_schema(type, path, length);
	int			start = schema ? Min((int) strlen(schema->urn) + 1, length) : 0;
	const char *name = path + start;
	const char *end = path + length;
	const char *dot = memchr(name, '.', end - name);
	int			name_length = (dot ? dot : end) - name;

	memset(result, 0, sizeof(*result));
	if (memchr(path, '[', length))
		throw_path(path, length, "has a value filter; this version takes none in paths");
	if (schema && schema != type->schema)
		result->extension = schema;
	if (schema && (int) strlen(schema->urn) == length)
	{
		if (!result->extension)
			throw_path(path, length, "is the resource as a whole; leave the path out");
		result->text = pstrdup(schema->urn);
		return;
	}

	result->attribute = result->extension ?
		scim_attribute(schema->attributes, name, name_length) :
		scim_top_attribute(type, name, name_length);
	if (!result->attribute)
		throw_path(path, length, psprintf("is no attribute of %s", type->name));
	result->text = result->extension ?
		psprintf("%s:%s", schema->urn, result->attribute->name) : pstrdup(result->attribute->name);
	if (!dot)
		return;

	if (result->attribute->sub)
		result->sub = scim_attribute(result->attribute->sub, dot + 1, end - dot - 1);
	if (!result->sub)
		throw_path(path, length, psprintf("is no sub-attribute of %s", result->text));
	result->text = psprintf("%s.%s", result->text, result->sub->name);
}
