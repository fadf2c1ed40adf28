/*
 * lookup.c
 *		Lookup columns: which attributes have one, of what kind it is, and how it
 *		is generated from the document.
 *
 * Entry points: scim_plan_lookups (for a table that is made), scim_read_lookups
 * (for one that is there).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/heap.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
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
	[SCIM_LOOKUP_VALUES_EXACT] = {TEXTARRAYOID, "pg_catalog.text[]" BYTES_ORDER, "all values as they are"},
	[SCIM_LOOKUP_VALUES_FOLDED] = {TEXTARRAYOID, "pg_catalog.text[]" BYTES_ORDER, "all values, folded"},
};

/* What real clients look for, where the type has it. */
static const char *const usual_paths[] = {
	"userName", "externalId", "displayName", "active", "emails.value"
};

/* ---- the attributes of a type ---- */

typedef bool (*Visitor) (const ScimPath *path, void *argument);

/* Visits the attribute and its sub-attributes; true as soon as a visit says so. */
static bool
visit_attribute(const ScimSchema *extension, const ScimAttribute *attribute, Visitor visit, void *argument)
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
visit_attributes(const ScimSchema *extension, const ScimAttribute *attributes, Visitor visit, void *argument)
{
	for (; attributes->name; attributes++)
	{
		if (visit_attribute(extension, attributes, visit, argument))
			return true;
	}
	return false;
}

static bool
visit_all(const ScimResourceType *type, Visitor visit, void *argument)
{
	if (visit_attributes(NULL, scim_common_attributes(), visit, argument) ||
		visit_attributes(NULL, type->schema->attributes, visit, argument))
		return true;
	for (int i = 0; type->extensions[i]; i++)
	{
		if (visit_attributes(type->extensions[i], type->extensions[i]->attributes, visit, argument))
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
	bool		multi_valued = path->attribute && (path->attribute->multi_valued || leaf->multi_valued);

	memset(lookup, 0, sizeof(*lookup));
	if (leaf == NULL || scim_is_kept_elsewhere(type, path) || !lookup_kind(leaf, multi_valued, &lookup->kind))
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
						"the uniqueness of %s cannot be kept: only that of single strings, references and numbers can",
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
	visit_all(type, plan_if_unique, &planning);
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

static void
fill_lookup(ScimLookup *lookup, const ScimPlannedLookup *plan)
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

/* ---- reading ---- */

/* Are the columns of the index the one, with the tenant or alone? */
static bool
keeps_unique(const FormData_pg_index *index, AttrNumber tenant, AttrNumber number)
{
	bool		found = false;

	if (!index->indisunique || !index->indisvalid)
		return false;
	for (int i = 0; i < index->indnkeyatts; i++)
	{
		if (index->indkey.values[i] != number && index->indkey.values[i] != tenant)
			return false;
		found |= index->indkey.values[i] == number;
	}
	return found;
}

Oid
scim_unique_index(Relation relation, AttrNumber tenant, AttrNumber number)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		bool		found;

		if (!HeapTupleIsValid(tuple))
			continue;
		found = keeps_unique((Form_pg_index) GETSTRUCT(tuple), tenant, number);
		ReleaseSysCache(tuple);
		if (found)
			return lfirst_oid(cell);
	}
	return InvalidOid;
}

/* Does the index begin so? */
static bool
leads_to(const FormData_pg_index *index, AttrNumber tenant, AttrNumber number)
{
	bool		found = false;

	for (int i = 0; i < index->indnkeyatts && index->indisvalid; i++)
	{
		found |= index->indkey.values[i] == number;
		if (index->indkey.values[i] != tenant)
			break;
	}
	return found;
}

bool
scim_leads_to(Relation relation, AttrNumber tenant, AttrNumber number)
{
	ListCell   *cell;
	bool		found = false;

	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (!HeapTupleIsValid(tuple))
			continue;
		found |= leads_to((Form_pg_index) GETSTRUCT(tuple), tenant, number);
		ReleaseSysCache(tuple);
	}
	return found;
}

void
scim_read_lookups(ScimRegistration *registration, Relation relation, JsonbContainer *lookups)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, lookups);
	registration->lookups = palloc0(Max(walk.count, 1) * sizeof(ScimLookup));
	while (scim_walk_next(&walk, &key, &value))
	{
		ScimLookup *lookup = &registration->lookups[registration->lookup_count];
		char	   *path_text = scim_string_copy(&key);
		char	   *column;
		ScimPlannedLookup plan;
		AttrNumber	number;

		if (value.type != jbvString)
			scim_throw(scim_error(SCIM_INVALID_MAPPING), "the column of \"%s\" must be a string", path_text);
		column = scim_string_copy(&value);
		number = get_attnum(RelationGetRelid(relation), column);

		/* between a change of the schema and that of the table */
		if (number <= 0 || !scim_plan_path(registration->type, path_text, &plan) ||
			TupleDescAttr(descriptor, number - 1)->atttypid != scim_lookup_types[plan.kind].type)
			continue;
		fill_lookup(lookup, &plan);
		lookup->column = pstrdup(quote_identifier(column));
		lookup->number = number;
		if (lookup->unique)
		{
			lookup->index_relid = scim_unique_index(relation, registration->numbers[SCIM_COLUMN_TENANT], number);
			lookup->index = get_rel_name(lookup->index_relid);
		}
		registration->lookup_count++;
	}
}

static bool
has_column(const ScimRegistration *registration, const ScimPath *path)
{
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimPath *mapped = &registration->mapped[i].parsed;

		if (mapped->extension == path->extension && mapped->attribute == path->attribute &&
			(mapped->sub == path->sub || mapped->sub == NULL))
			return true;
	}
	return false;
}

/* A visitor */
static bool
read_if_in_data(const ScimPath *path, void *argument)
{
	ScimRegistration *registration = argument;
	ScimPlannedLookup plan;
	size_t		size = (registration->in_data_count + 1) * sizeof(ScimLookup);

	if (!scim_plan_lookup(registration->type, path, &plan) || !plan.unique || has_column(registration, path))
		return false;
	registration->in_data = registration->in_data ? repalloc(registration->in_data, size) : palloc(size);
	memset(&registration->in_data[registration->in_data_count], 0, sizeof(ScimLookup));
	fill_lookup(&registration->in_data[registration->in_data_count++], &plan);
	return false;
}

void
scim_read_in_data(ScimRegistration *registration)
{
	visit_all(registration->type, read_if_in_data, registration);
}

char *
scim_in_data_sql(const ScimRegistration *registration, const ScimLookup *lookup)
{
	ScimPlannedLookup plan;

	if (!scim_plan_path(registration->type, lookup->path, &plan))
		elog(ERROR, "%s is no attribute any more", lookup->path);
	return scim_lookup_expression(&plan, registration->columns[SCIM_COLUMN_DATA]);
}

const ScimLookup *
scim_find_lookup(const ScimRegistration *registration, const char *path)
{
	for (int i = 0; i < registration->lookup_count; i++)
	{
		if (strcmp(registration->lookups[i].path, path) == 0)
			return &registration->lookups[i];
	}
	return NULL;
}
