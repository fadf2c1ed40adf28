/*
 * lookup.c
 *		Lookup columns: which attributes have one, of what kind it is, and how it
 *		is generated from the document.
 *
 * Entry point: scim_plan_lookups (for a table that is made).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "catalog/heap.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "registry/column_kinds.h"
#include "registry/extension.h"
#include "registry/lookup.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#define BYTES_ORDER " COLLATE pg_catalog.\"C\""

const ScimLookupType scim_lookup_types[SCIM_LOOKUP_KINDS] = {
	[SCIM_LOOKUP_EXACT] = {TEXTOID, "pg_catalog.text" BYTES_ORDER, "as it is"},
	[SCIM_LOOKUP_FOLDED] = {TEXTOID, "pg_catalog.text" BYTES_ORDER, "folded"},
	[SCIM_LOOKUP_BOOLEAN] = {BOOLOID, "pg_catalog.bool", "as a boolean"},
	[SCIM_LOOKUP_NUMBER] = {NUMERICOID, "pg_catalog.numeric", "as a number"},
	[SCIM_LOOKUP_INSTANT] = {TIMESTAMPTZOID, "pg_catalog.timestamptz", "as an instant"},
	[SCIM_LOOKUP_VALUES_EXACT] = {TEXTARRAYOID, "pg_catalog.text[]" BYTES_ORDER,
		"all values as they are"},
	[SCIM_LOOKUP_VALUES_FOLDED] = {TEXTARRAYOID, "pg_catalog.text[]" BYTES_ORDER,
		"all values, folded"},
};

/* What real clients look for, where the type has it. */
static const char *const usual_paths[] = {
	"userName", "externalId", "displayName", "active", "emails.value"
};

/* ---- the attributes of a type ---- */

/* Visits the attribute and its sub-attributes; true as soon as a visit says so. */
static bool
visit_attribute(const ScimSchema *extension, const ScimAttribute *attribute, ScimVisitPath visit,
				void *argument)
{
	ScimPath	path = {.extension = extension, .attribute = attribute};
	char	   *name = extension ? psprintf("%s:%s", extension->urn, attribute->name) :
		pstrdup(attribute->name);

	path.text = name;
	if (visit(&path, argument))
		return true;
	for (path.sub = attribute->sub; path.sub && path.sub->name; path.sub++)
	{
		path.text = psprintf("%s.%s", name, path.sub->name);
		if (visit(&path, argument))
			return true;
	}
	return false;
}

static bool
visit_list(const ScimSchema *extension, const ScimAttribute *attributes, ScimVisitPath visit,
		   void *argument)
{
	for (; attributes->name; attributes++)
	{
		if (visit_attribute(extension, attributes, visit, argument))
			return true;
	}
	return false;
}

bool
scim_visit_attributes(const ScimResourceType *type, ScimVisitPath visit, void *argument)
{
	if (visit_list(NULL, scim_common_attributes(), visit, argument) ||
		visit_list(NULL, type->schema->attributes, visit, argument))
		return true;
	for (int i = 0; type->extensions[i]; i++)
	{
		if (visit_list(type->extensions[i], type->extensions[i]->attributes, visit, argument))
			return true;
	}
	return false;
}

/* ---- kinds ---- */

bool
scim_is_kept_elsewhere(const ScimResourceType *type, const ScimPath *path)
{
	const char *name = path->attribute->name;

	if (path->extension)
		return false;
	return strcmp(name, "id") == 0 || strcmp(name, "meta") == 0 || strcmp(name, "_version") == 0 ||
		(type->has_password && strcmp(name, "password") == 0) ||
		(type->has_groups && strcmp(name, "groups") == 0) ||
		(type->has_members && strcmp(name, "members") == 0);
}

static bool
lookup_kind(const ScimAttribute *leaf, bool multi_valued, ScimLookupKind *kind)
{
	switch (leaf->type)
	{
		case SCIM_REFERENCE:
		case SCIM_STRING:
			if (multi_valued)
				*kind = leaf->case_exact ? SCIM_LOOKUP_VALUES_EXACT : SCIM_LOOKUP_VALUES_FOLDED;
			else
				*kind = leaf->case_exact ? SCIM_LOOKUP_EXACT : SCIM_LOOKUP_FOLDED;
			return true;
		case SCIM_BOOLEAN:
			*kind = SCIM_LOOKUP_BOOLEAN;
			return !multi_valued;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			*kind = SCIM_LOOKUP_NUMBER;
			return !multi_valued;
		case SCIM_DATETIME:
			*kind = SCIM_LOOKUP_INSTANT;
			return !multi_valued;
		case SCIM_BINARY:
		case SCIM_COMPLEX:
			break;
	}
	return false;
}

bool
scim_plan_lookup(const ScimResourceType *type, const ScimPath *path, ScimPlannedLookup *lookup)
{
	const ScimAttribute *leaf = path->sub ? path->sub : path->attribute;
	bool		multi_valued = path->attribute &&
		(path->attribute->multi_valued || leaf->multi_valued);

	memset(lookup, 0, sizeof(*lookup));
	if (leaf == NULL || scim_is_kept_elsewhere(type, path) ||
		!lookup_kind(leaf, multi_valued, &lookup->kind))
		return false;
	lookup->path = *path;
	lookup->unique = leaf->uniqueness != SCIM_NONE && !multi_valued && leaf->type != SCIM_BOOLEAN;
	return true;
}

bool
scim_plan_path(const ScimResourceType *type, const char *path, ScimPlannedLookup *lookup)
{
	ScimPath	found;

	return scim_find_path(type, path, strlen(path), false, &found) == NULL &&
		scim_plan_lookup(type, &found, lookup);
}

/* ---- names ---- */

static inline bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "userName" as "user_name", "deviceID" as "device_id", "$ref" as "ref". */
static void
append_snake_case(StringInfo out, const char *name)
{
	for (const char *p = name; *p; p++)
	{
		if (is_upper(*p) && p > name && (!is_upper(p[-1]) || (p[1] && !is_upper(p[1]))) &&
			out->len > 0 && out->data[out->len - 1] != '_')
			appendStringInfoChar(out, '_');
		if (is_upper(*p))
			appendStringInfoChar(out, *p - 'A' + 'a');
		else if (*p == '-')
			appendStringInfoChar(out, '_');
		else if (*p != '$')
			appendStringInfoChar(out, *p);
	}
}

static bool
is_taken(const char *name, List *plans, Oid relid)
{
	ListCell   *cell;

	for (int i = 0; i < SCIM_COLUMNS; i++)
	{
		if (scim_column_kinds[i].name && strcmp(scim_column_kinds[i].name, name) == 0)
			return true;
	}
	foreach(cell, plans)
	{
		if (strcmp(((ScimPlannedLookup *) lfirst(cell))->column, name) == 0)
			return true;
	}
	return SystemAttributeByName(name) != NULL ||
		(OidIsValid(relid) && get_attnum(relid, name) != InvalidAttrNumber);
}

char *
scim_lookup_name(const ScimPath *path, List *plans, Oid relid)
{
	StringInfoData name;
	char	   *result;

	initStringInfo(&name);
	append_snake_case(&name, path->attribute->name);
	if (path->sub && !(path->attribute->multi_valued && strcmp(path->sub->name, "value") == 0))
	{
		appendStringInfoChar(&name, '_');
		append_snake_case(&name, path->sub->name);
	}
	result = pnstrdup(name.data, NAMEDATALEN - 1);
	for (int i = 2; is_taken(result, plans, relid); i++)
	{
		char	   *suffix = psprintf("_%d", i);

		result = psprintf("%.*s%s", NAMEDATALEN - 1 - (int) strlen(suffix), name.data, suffix);
	}
	return result;
}

/* ---- plans ---- */

typedef struct Planning
{
	const ScimResourceType *type;
	List	   *lookups;
} Planning;

static bool
is_planned(List *plans, const char *path)
{
	ListCell   *cell;

	foreach(cell, plans)
	{
		if (strcmp(((ScimPlannedLookup *) lfirst(cell))->path.text, path) == 0)
			return true;
	}
	return false;
}

static void
add_to_plan(Planning *planning, const ScimPlannedLookup *lookup)
{
	ScimPlannedLookup *copy = palloc(sizeof(ScimPlannedLookup));

	if (is_planned(planning->lookups, lookup->path.text))
		return;
	*copy = *lookup;
	copy->column = scim_lookup_name(&lookup->path, planning->lookups, InvalidOid);
	planning->lookups = lappend(planning->lookups, copy);
}

/* A visitor: what is unique has a column, or there would be nothing to keep it so. */
static bool
plan_if_unique(const ScimPath *path, void *argument)
{
	Planning   *planning = argument;
	const ScimAttribute *leaf = path->sub ? path->sub : path->attribute;
	ScimPlannedLookup lookup;

	if (leaf->uniqueness == SCIM_NONE || leaf->type == SCIM_COMPLEX || leaf->type == SCIM_BOOLEAN ||
		scim_is_kept_elsewhere(planning->type, path))
		return false;
	if (!scim_plan_lookup(planning->type, path, &lookup) || !lookup.unique)
		scim_throw_path(SCIM_BAD_DOCUMENT, path->text,
						"the uniqueness of %s cannot be kept: only that of single strings, "
						"references and numbers can",
						path->text);
	add_to_plan(planning, &lookup);
	return false;
}

List *
scim_plan_lookups(const ScimResourceType *type)
{
	Planning	planning = {type, NIL};

	for (size_t i = 0; i < lengthof(usual_paths); i++)
	{
		ScimPlannedLookup lookup;

		if (scim_plan_path(type, usual_paths[i], &lookup))
			add_to_plan(&planning, &lookup);
	}
	scim_visit_attributes(type, plan_if_unique, &planning);
	return planning.lookups;
}

/* ---- ways into the document ---- */

/* The keys that lead to the value in the document, at most three. */
static int
keys_of(const ScimPath *path, const char *keys[SCIM_LOOKUP_KEYS])
{
	int			count = 0;

	if (path->extension)
		keys[count++] = path->extension->urn;
	keys[count++] = path->attribute->name;
	if (path->sub)
		keys[count++] = path->sub->name;
	return count;
}

void
scim_fill_lookup(ScimLookup *lookup, const ScimPlannedLookup *plan)
{
	const char *keys[SCIM_LOOKUP_KEYS];
	int			count = keys_of(&plan->path, keys);

	lookup->path = pstrdup(plan->path.text);
	lookup->kind = plan->kind;
	lookup->unique = plan->unique;
	for (int i = 0; i < count; i++)
		lookup->keys[i] = pstrdup(keys[i]);
}

/* ---- SQL ---- */

/* The member of an object; "operator": -> for its JSON, ->> for its text. */
static char *
member_sql(const char *object, const char *operator, const char *key)
{
	return psprintf("(%s OPERATOR(pg_catalog.%s) %s)", object, operator, quote_literal_cstr(key));
}

/* What all values of the attribute are taken from, and its name in there. */
static char *
values_sql(const ScimPlannedLookup *lookup, const char *data, const char *function)
{
	const ScimPath *path = &lookup->path;
	const char *object = path->extension ? member_sql(data, "->", path->extension->urn) : data;
	char	   *name = path->sub ? psprintf("%s.%s", path->attribute->name, path->sub->name) :
		pstrdup(path->attribute->name);

	return psprintf("%s.%s(%s, %s)", scim_extension_schema("scimver"), function, object,
					quote_literal_cstr(name));
}

/*
 * The shorter, the better: the server parses the stored expression with every
 * statement that writes to the table.
 */
char *
scim_lookup_expression(const ScimPlannedLookup *lookup, const char *data)
{
	const char *keys[SCIM_LOOKUP_KEYS];
	int			last = keys_of(&lookup->path, keys) - 1;
	const char *object = data;
	const char *ext = scim_extension_schema("scimver");

	for (int i = 0; i < last; i++)
		object = member_sql(object, "->", keys[i]);
	switch (lookup->kind)
	{
		case SCIM_LOOKUP_EXACT:
			return member_sql(object, "->>", keys[last]);
		case SCIM_LOOKUP_FOLDED:
			return psprintf("%s.scim_fold(%s)", ext, member_sql(object, "->>", keys[last]));
		case SCIM_LOOKUP_BOOLEAN:
			return psprintf("%s.scim_boolean(%s)", ext, member_sql(object, "->", keys[last]));
		case SCIM_LOOKUP_NUMBER:
			return psprintf("%s.scim_number(%s)", ext, member_sql(object, "->", keys[last]));
		case SCIM_LOOKUP_INSTANT:
			return psprintf("%s.scim_datetime(%s)", ext, member_sql(object, "->>", keys[last]));
		case SCIM_LOOKUP_VALUES_EXACT:
			return values_sql(lookup, data, "scim_exact_values");
		case SCIM_LOOKUP_VALUES_FOLDED:
			return values_sql(lookup, data, "scim_folded_values");
	}
	elog(ERROR, "unexpected kind of lookup: %d", lookup->kind);
}
