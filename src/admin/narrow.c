/*
 * narrow.c
 *		Schemas and resource types as the registered tables have them.
 *
 * Made anew from the registrations, which are cached, whenever somebody asks: a
 * schema has a few dozen attributes, and nothing of it can be out of date.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "admin/narrow.h"
#include "base/errors.h"
#include "base/protect.h"
#include "miscadmin.h"
#include "query/access.h"
#include "registry/cache.h"

/* The tables whose types have a schema. */
typedef struct Tables
{
	const ScimRegistration **items;
	int			count;
} Tables;

/* ---- which tables ---- */

typedef struct Search
{
	const ScimResourceType *type;
	const ScimRegistration *found;
} Search;

static void
search(void *argument)
{
	Search	   *search = argument;

	search->found = scim_find_table(search->type);
	/* so that what is asked of it later cannot fail, either */
	if (search->found)
		(void) scim_find_members(scim_members_type());
}

/* The type's table, or NULL; also where a registration is none. */
static const ScimRegistration *
usable_table(const ScimResourceType *type)
{
	Search		wanted = {.type = type};
	ErrorData  *error;

	/* there is no subtransaction then */
	if (IsInParallelMode())
	{
		search(&wanted);
		return wanted.found;
	}
	error = scim_protect(search, &wanted);
	if (error && !scim_is_ours(error))
		ReThrowError(error);
	return error ? NULL : wanted.found;
}

static Tables
tables_with(const ScimSchema *schema, const ScimResourceType *only)
{
	const ScimResourceType *const *types = scim_resource_types();
	Tables		tables = {NULL};
	int			count = 0;

	while (types[count])
		count++;
	tables.items = palloc((count + 1) * sizeof(ScimRegistration *));
	for (; *types; types++)
	{
		const ScimRegistration *table;

		/* by their names: a set of schemas that is read anew has others */
		if ((only && strcmp((*types)->name, only->name) != 0) ||
			(schema && !scim_schema(*types, schema->urn, strlen(schema->urn))))
			continue;
		table = usable_table(*types);
		if (table)
			tables.items[tables.count++] = table;
	}
	return tables;
}

/* ---- attributes ---- */

/*
 * Where the paths of a schema's attributes begin in a table: with nothing where
 * it is the core schema of the type.
 */
static ScimPath
path_in(const ScimRegistration *table, const ScimSchema *schema, const ScimAttribute *attribute,
		const ScimAttribute *sub)
{
	ScimPath	path = {.attribute = attribute, .sub = sub};

	path.extension = scim_extension(table->type, schema->urn, strlen(schema->urn));
	return path;
}

/* Narrows a copy of an attribute (of a sub-attribute: that of "outer"); false: it has no place. */
static bool
narrow_attribute(const Tables *tables, const ScimSchema *schema, const ScimAttribute *outer,
				 const ScimAttribute *attribute, ScimAttribute *copy)
{
	ScimAccess	access = SCIM_NOT_KEPT;
	bool		needed = true;
	bool		unique = true;
	bool		exact = true;
	const char *const *values;

	*copy = *attribute;
	for (int i = 0; i < tables->count; i++)
	{
		ScimPath	path = path_in(tables->items[i], schema, outer ? outer : attribute,
								   outer ? attribute : NULL);

		access = Max(access, scim_access(tables->items[i], &path));
		needed = needed && scim_needs_value(tables->items[i], &path);
		unique = unique && scim_is_kept_unique(tables->items[i], &path);
		exact = exact && scim_is_compared_exactly(tables->items[i], &path);
		values = tables->count == 1 ? scim_only_values(tables->items[i], &path) : NULL;
		if (values && attribute->type == SCIM_REFERENCE)
			copy->reference_types = values;
		else if (values)
			copy->canonical_values = values;
	}
	if (access == SCIM_SHOWN_ONLY)
		copy->mutability = SCIM_READ_ONLY;
	copy->required |= needed;
	copy->case_exact |= exact;
	if (unique && copy->uniqueness == SCIM_NONE)
		copy->uniqueness = SCIM_SERVER;
	return access != SCIM_NOT_KEPT;
}

static bool
same_texts(const char *const *a, const char *const *b)
{
	if (a == b)
		return true;
	if (a == NULL || b == NULL)
		return false;
	for (; *a && *b; a++, b++)
	{
		if (strcmp(*a, *b) != 0)
			return false;
	}
	return *a == *b;
}

/* The attributes that have a place; the list itself if nothing is another than there. */
static const ScimAttribute *
narrow_attributes(const Tables *tables, const ScimSchema *schema, const ScimAttribute *outer,
				  const ScimAttribute *attributes)
{
	ScimAttribute *result;
	int			count = 0;
	bool		same = true;

	check_stack_depth();
	while (attributes[count].name)
		count++;
	result = palloc0((count + 1) * sizeof(ScimAttribute));
	count = 0;
	for (const ScimAttribute *attribute = attributes; attribute->name; attribute++)
	{
		ScimAttribute *copy = &result[count];

		if (!narrow_attribute(tables, schema, outer, attribute, copy))
		{
			same = false;
			memset(copy, 0, sizeof(*copy));
			continue;
		}
		count++;
		/* the sub-attributes of a sub-attribute are told as they are: no path leads to them */
		if (attribute->sub && !outer)
			copy->sub = narrow_attributes(tables, schema, attribute, attribute->sub);
		same &= copy->sub == attribute->sub && copy->mutability == attribute->mutability &&
			copy->required == attribute->required && copy->case_exact == attribute->case_exact &&
			copy->uniqueness == attribute->uniqueness &&
			same_texts(copy->canonical_values, attribute->canonical_values) &&
			same_texts(copy->reference_types, attribute->reference_types);
	}
	return same ? attributes : result;
}

/* ---- schemas ---- */

const ScimSchema *
scim_narrow_schema(const ScimSchema *schema, const ScimResourceType *only)
{
	Tables		tables = tables_with(schema, only);
	const ScimAttribute *attributes;
	ScimSchema *result;

	if (tables.count == 0)
		return schema;
	attributes = narrow_attributes(&tables, schema, NULL, schema->attributes);
	if (attributes == schema->attributes)
		return schema;
	/* a core schema is there, whatever it has; an extension without attributes is none */
	if (attributes[0].name == NULL)
	{
		bool		is_core = false;

		for (int i = 0; i < tables.count; i++)
			is_core |= strcmp(tables.items[i]->type->schema->urn, schema->urn) == 0;
		if (!is_core)
			return NULL;
	}
	result = palloc(sizeof(ScimSchema));
	*result = *schema;
	result->attributes = attributes;
	result->version = NULL;		/* the document is another one */
	return result;
}

const ScimAttribute *
scim_narrow_common(const ScimResourceType *type)
{
	Tables		tables = tables_with(NULL, type);

	return tables.count == 0 ? scim_common_attributes() :
		narrow_attributes(&tables, type->schema, NULL, scim_common_attributes());
}

/* ---- resource types ---- */

/*
 * Has every new resource to have it: is there an attribute that the table
 * needs, and the schema does not?
 */
static bool
is_needed(const ScimResourceType *type, const ScimSchema *extension)
{
	const ScimRegistration *table = usable_table(type);

	for (const ScimAttribute *attribute = extension->attributes; table && attribute->name;
		 attribute++)
	{
		ScimPath	path = {.extension = extension, .attribute = attribute};

		if (scim_needs_value(table, &path))
			return true;
	}
	return false;
}

const ScimResourceType *
scim_narrow_type(const ScimResourceType *type)
{
	ScimResourceType *result = palloc(sizeof(ScimResourceType));
	const ScimSchema **extensions;
	bool	   *required;
	int			count = 0;
	bool		same = true;

	while (type->extensions[count])
		count++;
	extensions = palloc0((count + 1) * sizeof(ScimSchema *));
	required = palloc0((count + 1) * sizeof(bool));
	count = 0;
	for (int i = 0; type->extensions[i]; i++)
	{
		extensions[count] = scim_narrow_schema(type->extensions[i], type);
		required[count] = type->extension_required[i] || is_needed(type, type->extensions[i]);
		same &= extensions[count] != NULL && required[count] == type->extension_required[i];
		count += extensions[count] != NULL;
	}
	*result = *type;
	result->schema = scim_narrow_schema(type->schema, type);
	result->extensions = extensions;
	result->extension_required = required;
	result->projection = NULL;	/* is of the whole type */
	if (!same)
		result->version = NULL; /* the document is another one */
	return result;
}

/* ---- single questions ---- */

bool
scim_offers(const ScimResourceType *type, const char *path)
{
	const ScimRegistration *table = usable_table(type);
	const char *bracket = strchr(path, '[');
	ScimPath	found;

	if (table == NULL)
		return true;
	if (bracket)
	{
		type = scim_resource_type(pnstrdup(bracket + 1, strlen(bracket) - 2));
		return type && scim_can_be_member(type);
	}
	return scim_find_path(table->type, path, strlen(path), false, &found) == NULL &&
		scim_access(table, &found) != SCIM_NOT_KEPT;
}

bool
scim_keeps_passwords(void)
{
	Tables		tables = tables_with(NULL, NULL);

	for (int i = 0; i < tables.count; i++)
	{
		if (tables.items[i]->columns[SCIM_COLUMN_PASSWORD])
			return true;
	}
	return false;
}

bool
scim_keeps_history(void)
{
	Tables		tables = tables_with(NULL, NULL);

	for (int i = 0; i < tables.count; i++)
	{
		if (tables.items[i]->history)
			return true;
	}
	return false;
}
