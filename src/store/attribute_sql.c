/*
 * attribute_sql.c
 *		The SQL of an attribute path.
 *
 * A path leads, in this order, to: a fixed column (id, meta), the memberships
 * (members, groups), a lookup column, the document.  Names in texts are quoted
 * literals; there is nothing in them that a client wrote.
 */
#include "postgres.h"

#include "settings.h"
#include "store/attribute_sql.h"
#include "store/sql.h"
#include "store/statements.h"
#include "utils/builtins.h"

#define COLLATED " COLLATE pg_catalog.\"C\""

static char *
expand(const char *text, const ScimRegistration *registration)
{
	StringInfoData out;

	initStringInfo(&out);
	scim_append_statement(&out, text, registration);
	return out.data;
}

static bool
is_named(const ScimAttribute *attribute, const char *name)
{
	return attribute && strcmp(attribute->name, name) == 0;
}

/* ---- documents ---- */

/* A place in a document: a member of an object, or (key NULL) a value itself. */
typedef struct Place
{
	char	   *object;			/* jsonb expression */
	const char *key;
	bool		ordered;		/* elements come with their order */
	StringInfoData from;		/* the elements that "object" is one of; empty: none */
	StringInfoData order;		/* of the elements: the primary one first */
} Place;

static char *
place_json(const Place *place)
{
	return place->key ? psprintf("(%s" SQL_OP("->") "%s)", place->object, quote_literal_cstr(place->key)) :
		place->object;
}

static char *
place_text(const Place *place)
{
	return place->key ? psprintf("(%s" SQL_OP("->>") "%s)", place->object, quote_literal_cstr(place->key)) :
		psprintf("(%s" SQL_OP("#>>") "'{}'::pg_catalog.text[])", place->object);
}

static void
start(Place *place, bool ordered)
{
	memset(place, 0, sizeof(Place));
	place->ordered = ordered;
	initStringInfo(&place->from);
	initStringInfo(&place->order);
}

/* To a member of the object at the place. */
static void
step(Place *place, const char *key)
{
	place->object = place_json(place);
	place->key = key;
}

/* To the elements of the array at the place, as rows "alias"; what is no array has none. */
static void
spread(Place *place, const char *alias)
{
	const char *array = place_json(place);
	const char *comma = place->from.len == 0 ? "" : ", ";

	appendStringInfo(&place->from,
					 "%spg_catalog.jsonb_array_elements(CASE WHEN pg_catalog.jsonb_typeof(%s)" SQL_OP("=")
					 "'array' THEN %s END)%s AS %s(value%s)", comma, array, array,
					 place->ordered ? " WITH ORDINALITY" : "", alias, place->ordered ? ", place" : "");
	appendStringInfo(&place->order,
					 "%sCASE WHEN (%s.value" SQL_OP("->") "'primary')" SQL_OP("=")
					 "'true'::pg_catalog.jsonb THEN 0 ELSE 1 END, %s.place", comma, alias, alias);
	place->object = psprintf("%s.value", alias);
	place->key = NULL;
}

/* Where the path leads; "spread_last": to its elements, if what it names is multi-valued. */
static void
go(Place *place, const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
   bool spread_last)
{
	if (scope == SCIM_OF_ELEMENT)
		place->object = "e.value";
	else
	{
		place->object = expand("r.{data}", registration);
		if (path->extension)
			step(place, path->extension->urn);
		if (path->attribute == NULL)
			return;
		step(place, path->attribute->name);
		if (path->attribute->multi_valued && (path->sub || spread_last))
			spread(place, "e");
	}
	if (path->sub == NULL)
		return;
	step(place, path->sub->name);
	if (path->sub->multi_valued && spread_last)
		spread(place, "f");
}

static ScimSqlType
type_of(const ScimAttribute *attribute)
{
	switch (attribute->type)
	{
		case SCIM_BOOLEAN:
			return SCIM_SQL_BOOLEAN;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			return SCIM_SQL_NUMBER;
		case SCIM_DATETIME:
			return SCIM_SQL_INSTANT;
		case SCIM_BINARY:
			return SCIM_SQL_BINARY;
		case SCIM_COMPLEX:
			return SCIM_SQL_COMPLEX;
		case SCIM_REFERENCE:
			return SCIM_SQL_EXACT;
		default:
			return attribute->case_exact ? SCIM_SQL_EXACT : SCIM_SQL_FOLDED;
	}
}

static char *
document_value(const Place *place, ScimSqlType type)
{
	char	   *json = place_json(place);
	const char *ext = scim_extension_schema("scimver");

	switch (type)
	{
		case SCIM_SQL_EXACT:
			return psprintf("%s" COLLATED, place_text(place));
		case SCIM_SQL_FOLDED:
			return psprintf("%s.scim_fold(%s)" COLLATED, ext, place_text(place));
		case SCIM_SQL_BOOLEAN:
			return psprintf("CASE WHEN %s" SQL_OP("=") "'true'::pg_catalog.jsonb THEN true"
							" WHEN %s" SQL_OP("=") "'false'::pg_catalog.jsonb THEN false END", json, json);
		case SCIM_SQL_NUMBER:
			return psprintf("CASE WHEN pg_catalog.jsonb_typeof(%s)" SQL_OP("=")
							"'number' THEN CAST(%s AS pg_catalog.numeric) END", json, json);
		case SCIM_SQL_INSTANT:
			return psprintf("%s.scim_datetime(%s)", ext, place_text(place));
		case SCIM_SQL_BINARY:
			return psprintf("%s.scim_binary(%s)", ext, place_text(place));
		default:
			return NULL;
	}
}

static void
from_document(const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
			  bool ordered, ScimAttributeSql *result)
{
	Place		place;

	start(&place, ordered);
	go(&place, path, registration, scope, true);
	result->type = path->attribute ? type_of(path->sub ? path->sub : path->attribute) : SCIM_SQL_COMPLEX;
	result->json = place_json(&place);
	result->value = document_value(&place, result->type);
	result->from = place.from.len > 0 ? place.from.data : NULL;
	result->order = place.order.data;
}

/* ---- fixed columns ---- */

/* What stands in front of the id in locations. */
static char *
base_of(const ScimResourceType *type)
{
	return quote_literal_cstr(psprintf("%s%s/", scim_setting_base_url ? scim_setting_base_url : "",
									   type->endpoint));
}

static void
from_meta(const ScimPath *path, const ScimRegistration *registration, ScimAttributeSql *result)
{
	result->type = type_of(path->sub ? path->sub : path->attribute);
	if (is_named(path->sub, "created"))
		result->value = expand("r.{created}", registration);
	else if (is_named(path->sub, "lastModified"))
		result->value = expand("r.{lastModified}", registration);
	else if (is_named(path->sub, "version"))
		result->value = expand("r.{version}" COLLATED, registration);
	else if (is_named(path->sub, "resourceType"))
		result->value = psprintf("%s::pg_catalog.text" COLLATED, quote_literal_cstr(registration->type->name));
	else if (is_named(path->sub, "location"))
		result->value = psprintf("(%s" SQL_OP("||") "CAST(%s AS pg_catalog.text))" COLLATED,
								 base_of(registration->type), expand("r.{id}", registration));
}

/* ---- memberships ---- */

/* Does the path lead into memberships: a group's members, a user's groups? */
static bool
is_membership(const ScimPath *path, const ScimRegistration *registration)
{
	if (registration == NULL || path->extension || path->attribute == NULL)
		return false;
	return (registration->type->has_members && is_named(path->attribute, "members")) ||
		(registration->type->has_groups && is_named(path->attribute, "groups"));
}

/* The memberships of the row r as rows m: tenant (if there is one), the other side's id and resource type. */
static char *
memberships(const ScimRegistration *registration)
{
	if (scim_find_members(scim_members_type()) == NULL || scim_find_table(scim_members_type()) == NULL)
		return NULL;
	if (registration->type->has_members)
		return expand("(SELECT {?members.tenant:m.{members.tenant}, }m.{members.member} AS id,"
					  " {?members.type:m.{members.type}}{!members.type:'User'::pg_catalog.text} AS side"
					  " FROM {members.table} AS m WHERE {tenants:m=r} AND m.{members.group}" SQL_OP("=") "r.{id}) AS m", registration);
	return expand("(SELECT {?members.tenant:m.{members.tenant}, }m.{members.group} AS id,"
				  " 'Group'::pg_catalog.text AS side"
				  " FROM {members.table} AS m WHERE {tenants:m=r} AND m.{members.user}" SQL_OP("=") "r.{id}) AS m", registration);
}

/* An expression for each type that the other side can be of. */
static char *
by_side(char *(*expression) (const ScimResourceType *type))
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "CASE");
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if ((*type)->has_groups || (*type)->has_members)
			appendStringInfo(&out, " WHEN m.side" SQL_OP("=") "%s THEN %s",
							 quote_literal_cstr((*type)->name), expression(*type));
	}
	appendStringInfoString(&out, " END");
	return out.data;
}

static char *
reference(const ScimResourceType *type)
{
	return psprintf("%s" SQL_OP("||") "CAST(m.id AS pg_catalog.text)", base_of(type));
}

/* As scim_show_rows displays the other side. */
static char *
display(const ScimResourceType *type)
{
	const ScimRegistration *table = scim_find_table(type);

	if (table == NULL)
		return "NULL::pg_catalog.text";
	return expand("(SELECT {display:t} FROM {table} AS t WHERE {tenants:t=m} AND t.{id}" SQL_OP("=") "m.id AND {live:t})",
				  table);
}

static void
from_memberships(const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
				 ScimAttributeSql *result)
{
	const char *ext = scim_extension_schema("scimver");
	char	   *text = NULL;

	if (scope == SCIM_OF_ROW)
	{
		result->from = memberships(registration);
		result->order = "m.side DESC, m.id";
		if (result->from == NULL)
			return;
	}
	if (path->sub == NULL)
		result->type = SCIM_SQL_COMPLEX;
	else if (is_named(path->sub, "value"))
	{
		result->type = SCIM_SQL_ID;
		result->id_type = registration->type->has_members ? scim_members_table()->member_type : scim_members_table()->id_type;
		result->value = "m.id";
		return;
	}
	else if (is_named(path->sub, "type"))
		text = registration->type->has_members ? "m.side" : "'direct'::pg_catalog.text";
	else if (is_named(path->sub, "display"))
		text = by_side(display);
	else if (is_named(path->sub, "$ref"))
		text = by_side(reference);
	if (text == NULL)
		return;
	result->type = type_of(path->sub);
	result->value = psprintf(result->type == SCIM_SQL_FOLDED ? "%s.scim_fold(%s)" COLLATED : "%.0s(%s)" COLLATED,
							 ext, text);
}

/* ---- lookup columns ---- */

/* Does the column hold what a comparison of the attribute compares? */
static bool
suits(const ScimLookup *lookup, const ScimPath *path)
{
	const ScimAttribute *attribute = path->sub ? path->sub : path->attribute;
	bool		multi_valued = path->attribute->multi_valued || (path->sub && path->sub->multi_valued);

	switch (type_of(attribute))
	{
		case SCIM_SQL_EXACT:
			return lookup->kind == (multi_valued ? SCIM_LOOKUP_VALUES_EXACT : SCIM_LOOKUP_EXACT);
		case SCIM_SQL_FOLDED:
			return lookup->kind == (multi_valued ? SCIM_LOOKUP_VALUES_FOLDED : SCIM_LOOKUP_FOLDED);
		case SCIM_SQL_BOOLEAN:
			return lookup->kind == SCIM_LOOKUP_BOOLEAN;
		case SCIM_SQL_NUMBER:
			return lookup->kind == SCIM_LOOKUP_NUMBER;
		case SCIM_SQL_INSTANT:
			return lookup->kind == SCIM_LOOKUP_INSTANT;
		default:
			return false;
	}
}

static const ScimLookup *
find_lookup(const ScimPath *path, const ScimRegistration *registration)
{
	const ScimLookup *lookup = path->attribute ? scim_find_lookup(registration, path->text) : NULL;

	return lookup && suits(lookup, path) ? lookup : NULL;
}

/* The values of a multi-valued attribute stay those of the document: a column does not tell which is the primary one. */
static void
from_lookup(const ScimLookup *lookup, ScimAttributeSql *result)
{
	result->lookup = lookup;
	if (lookup->kind == SCIM_LOOKUP_VALUES_EXACT || lookup->kind == SCIM_LOOKUP_VALUES_FOLDED)
		return;
	result->value = psprintf("r.%s", lookup->column);
	result->json = NULL;
}

/* ---- all of them ---- */

static void
find_attribute(const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
			   bool ordered, ScimAttributeSql *result)
{
	const ScimLookup *lookup;

	memset(result, 0, sizeof(*result));
	if (scope == SCIM_OF_MEMBERSHIP || (scope == SCIM_OF_ROW && is_membership(path, registration)))
		from_memberships(path, registration, scope, result);
	else if (scope == SCIM_OF_ELEMENT)
		from_document(path, registration, scope, ordered, result);
	else if (!path->extension && is_named(path->attribute, "id"))
	{
		result->type = SCIM_SQL_ID;
		result->id_type = registration->id_type;
		result->value = expand("r.{id}", registration);
	}
	else if (!path->extension && is_named(path->attribute, "meta"))
		from_meta(path, registration, result);
	else
	{
		from_document(path, registration, scope, ordered, result);
		lookup = find_lookup(path, registration);
		if (lookup)
			from_lookup(lookup, result);
	}
}

void
scim_attribute_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
				   ScimAttributeSql *result)
{
	find_attribute(path, registration, scope, false, result);
}

void
scim_sort_sql(const ScimPath *path, const ScimRegistration *registration, ScimAttributeSql *result)
{
	find_attribute(path, registration, SCIM_OF_ROW, true, result);
	if (result->value && result->from)
		result->value = psprintf("(SELECT %s FROM %s ORDER BY %s LIMIT 1)",
								 result->value, result->from, result->order);
	result->from = NULL;
}

char *
scim_elements_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope *scope)
{
	ScimPath	whole = *path;
	Place		place;

	*scope = is_membership(path, registration) ? SCIM_OF_MEMBERSHIP : SCIM_OF_ELEMENT;
	if (*scope == SCIM_OF_MEMBERSHIP)
		return memberships(registration);
	whole.sub = NULL;
	start(&place, false);
	go(&place, &whole, registration, SCIM_OF_ROW, true);
	return place.from.data;
}

/* ---- presence ---- */

/* What of the row or membership has no document: NULL if it has. */
static char *
present_in_column(const ScimPath *path, const ScimRegistration *registration, ScimScope scope)
{
	bool		membership = scope == SCIM_OF_MEMBERSHIP ||
		(scope == SCIM_OF_ROW && is_membership(path, registration));
	ScimAttributeSql column;
	char	   *has_value;

	if (membership && scope == SCIM_OF_ROW && !path->sub && registration->type->has_members)
		return expand("(r.{memberCount}" SQL_OP(">") "0)", registration);
	if (scope == SCIM_OF_ELEMENT)
		return NULL;
	scim_attribute_sql(path, registration, scope, &column);
	if (membership && column.from && path->sub == NULL)
		return psprintf("EXISTS (SELECT FROM %s)", column.from);
	if (column.json)
		return NULL;
	if (column.value == NULL)
		return membership ? "false" : "true";
	/* empty text is none */
	if (column.type == SCIM_SQL_EXACT || column.type == SCIM_SQL_FOLDED)
		has_value = psprintf("((%s" SQL_OP("<>") "'') IS TRUE)", column.value);
	else
		has_value = psprintf("(%s IS NOT NULL)", column.value);
	if (column.from)
		return psprintf("EXISTS (SELECT FROM %s WHERE %s)", column.from, has_value);
	if (column.lookup && column.type != SCIM_SQL_EXACT && column.type != SCIM_SQL_FOLDED)
		return NULL;
	return has_value;
}

char *
scim_present_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope scope)
{
	char	   *condition = present_in_column(path, registration, scope);
	Place		place;

	if (condition)
		return condition;
	start(&place, false);
	go(&place, path, registration, scope, false);
	condition = psprintf("(%s.scim_is_assigned(%s) IS TRUE)", scim_extension_schema("scimver"), place_json(&place));
	return place.from.len == 0 ? condition :
		psprintf("EXISTS (SELECT FROM %s WHERE %s)", place.from.data, condition);
}
