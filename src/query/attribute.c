/*
 * attribute.c
 *		The SQL of an attribute path.
 *
 * A path leads, in this order, to: a fixed column (id, meta), the memberships
 * (members, groups), a lookup column, the document.  Names in texts are quoted
 * literals; there is nothing in them that a client wrote.
 */
#include "postgres.h"

#include "core/location.h"
#include "query/attribute.h"
#include "query/document.h"
#include "query/id.h"
#include "query/mapped.h"
#include "query/source.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/lookup_columns.h"
#include "registry/schemas.h"
#include "statement/sql.h"
#include "statement/text.h"
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

/* The attribute of a created table's row, or of an element. */
static void
from_document(const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
			  bool ordered, bool spread_last, ScimSpot *spot)
{
	scim_start_spot(spot, scope == SCIM_OF_ELEMENT ? "e.value" : scim_data_sql(registration),
					ordered);
	if (scope == SCIM_OF_ELEMENT)
		scim_follow_sub(spot, path, spread_last);
	else
		scim_follow(spot, path, spread_last);
}

static void
read_document(const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
			  bool ordered, ScimAttributeSql *result)
{
	ScimSpot	spot;

	from_document(path, registration, scope, ordered, true, &spot);
	scim_spot_sql(&spot,
				  path->attribute ? scim_sql_type(path->sub ? path->sub : path->attribute)
				  : SCIM_SQL_COMPLEX,
				  result);
}

/* ---- fixed columns ---- */

static void
from_location(const ScimRegistration *registration, ScimAttributeSql *result)
{
	ScimUriSql *uris = palloc0(2 * sizeof(ScimUriSql));

	uris[0].base = scim_location_base(registration->type->endpoint);
	result->uris = uris;
	result->id = expand("r.{id}", registration);
	result->id_type = registration->id_type;
	result->value = psprintf("(%s)" COLLATED, scim_uri_sql(quote_literal_cstr(uris[0].base),
														   result->id, result->id_type));
}

static void
from_time(const ScimPath *path, const ScimRegistration *registration, ScimColumn column,
		  ScimAttributeSql *result)
{
	if (registration->is_mapped)
		scim_time_column_sql(path, registration, column, result);
	else
		result->value = psprintf("r.%s", registration->columns[column]);
}

/* Of a mapped table, it is what the version would be where none is stored. */
static char *
version_sql(const ScimRegistration *registration)
{
	char	   *computed;

	if (!registration->is_mapped)
		return expand("r.{version}" COLLATED, registration);
	computed = expand(psprintf("{ext}.scim_row_version(%u::pg_catalog.oid::pg_catalog.regclass,"
							   " ROW({bare}{?tenant:, r.{tenant}}))",
							   registration->relid),
					  registration);
	if (registration->columns[SCIM_COLUMN_VERSION])
		computed = psprintf("coalesce(r.%s, %s)", registration->columns[SCIM_COLUMN_VERSION],
							computed);
	return psprintf("(%s" COLLATED ")", computed);
}

static void
from_meta(const ScimPath *path, const ScimRegistration *registration, ScimAttributeSql *result)
{
	result->type = scim_sql_type(path->sub ? path->sub : path->attribute);
	if (is_named(path->sub, "created"))
		from_time(path, registration, SCIM_COLUMN_CREATED, result);
	else if (is_named(path->sub, "lastModified"))
		from_time(path, registration, SCIM_COLUMN_LAST_MODIFIED, result);
	else if (is_named(path->sub, "version"))
		result->value = version_sql(registration);
	else if (is_named(path->sub, "resourceType"))
		result->value = psprintf("%s::pg_catalog.text" COLLATED,
								 quote_literal_cstr(registration->type->name));
	else if (is_named(path->sub, "location"))
		from_location(registration, result);
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

/*
 * The memberships of the row r as rows m: tenant (if there is one), the other
 * side's id and resource type.
 */
static char *
memberships(const ScimRegistration *registration)
{
	if (scim_find_members(scim_members_type()) == NULL ||
		scim_find_table(scim_members_type()) == NULL)
		return NULL;
	if (registration->type->has_members)
		return expand("(SELECT {?members.tenant:m.{members.tenant}, }m.{members.member} AS "
					  "id,"
					  " {?members.type:m.{members.type}}{!members.type:'User'::pg_catalog."
					  "text} AS "
					  "side"
					  " FROM {members.table} AS m WHERE {tenants:m=r} AND "
					  "m.{members.group}" SQL_OP("=") "r.{id}) AS m",
					  registration);
	return expand("(SELECT {?members.tenant:m.{members.tenant}, }m.{members.group} AS id,"
				  " 'Group'::pg_catalog.text AS side"
				  " FROM {members.table} AS m WHERE {tenants:m=r} AND "
				  "m.{members.user}" SQL_OP("=") "r.{id}) AS m",
				  registration);
}

/* An expression for each type that the other side can be of. */
static char *
by_side(char *(*expression) (const ScimResourceType *type, const ScimRegistration *registration),
		const ScimRegistration *registration)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "CASE");
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if ((*type)->has_groups || (*type)->has_members)
			appendStringInfo(&out, " WHEN m.side" SQL_OP("=") "%s THEN %s",
							 quote_literal_cstr((*type)->name), expression(*type, registration));
	}
	appendStringInfoString(&out, " END");
	return out.data;
}

/* The type of the other side's ids. */
static const ScimIdType *
other_id_type(const ScimRegistration *registration)
{
	const ScimRegistration *members = scim_members_table();

	return registration->type->has_members ? members->member_type : members->id_type;
}

static char *
reference(const ScimResourceType *type, const ScimRegistration *registration)
{
	return scim_uri_sql(quote_literal_cstr(scim_location_base(type->endpoint)), "m.id",
						other_id_type(registration));
}

/* The URIs of the other side, of which "side" is the type's name. */
static const ScimUriSql *
uris_by_side(const char *side)
{
	int			count = 0;
	ScimUriSql *uris;

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		count++;
	uris = palloc0((count + 1) * sizeof(ScimUriSql));
	count = 0;
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (!(*type)->has_groups && !(*type)->has_members)
			continue;
		uris[count].base = scim_location_base((*type)->endpoint);
		uris[count++].condition = psprintf("%s" SQL_OP("=") "%s", side,
										   quote_literal_cstr((*type)->name));
	}
	return uris;
}

/* As scim_show_rows displays the other side. */
static char *
display(const ScimResourceType *type, const ScimRegistration *registration)
{
	const ScimRegistration *table = scim_find_table(type);

	if (table == NULL)
		return "NULL::pg_catalog.text";
	return psprintf("%s%s)",
					expand("(SELECT {display:t} FROM {table} AS t WHERE {tenants:t=m} AND "
						   "t.{id}" SQL_OP("=") "m.id AND {live:t}"
						   "{!members.tenant: AND {tenant_text:t}"
						   SQL_OP("=") "}",
						   table),
					expand("{!members.tenant:{tenant_text:r}}", registration));
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
		result->id_type = other_id_type(registration);
		result->value = "m.id";
		return;
	}
	else if (is_named(path->sub, "type"))
		text = registration->type->has_members ? "m.side" : "'direct'::pg_catalog.text";
	else if (is_named(path->sub, "display"))
		text = by_side(display, registration);
	else if (is_named(path->sub, "$ref"))
	{
		text = by_side(reference, registration);
		result->uris = uris_by_side("m.side");
		result->id = "m.id";
		result->id_type = other_id_type(registration);
	}
	if (text == NULL)
		return;
	result->type = scim_sql_type(path->sub);
	result->value = psprintf(result->type == SCIM_SQL_FOLDED ? "%s.scim_fold(%s)" COLLATED
							 : "%.0s(%s)" COLLATED,
							 ext, text);
}

/* A sub-attribute of a member as it is shown. */
static void
from_shown_member(const ScimPath *path, ScimAttributeSql *result)
{
	read_document(path, NULL, SCIM_OF_ELEMENT, false, result);
	if (is_named(path->sub, "value"))
	{
		result->type = SCIM_SQL_ID;
		result->value = "(e.value" SQL_OP("->>") "'value')" COLLATED;
	}
	else if (is_named(path->sub, "$ref"))
	{
		result->uris = uris_by_side("(e.value" SQL_OP("->>") "'type')");
		result->id = "(e.value" SQL_OP("->>") "'value')" COLLATED;
	}
	else
		return;
	result->id_is_text = true;
	result->id_type = scim_members_table()->member_type;
}

/* ---- lookup columns ---- */

/* Does the column hold what a comparison of the attribute compares? */
static bool
suits(const ScimLookup *lookup, const ScimPath *path)
{
	const ScimAttribute *attribute = path->sub ? path->sub : path->attribute;
	bool		multi_valued = path->attribute->multi_valued ||
		(path->sub && path->sub->multi_valued);

	switch (scim_sql_type(attribute))
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

/*
 * The values of a multi-valued attribute stay those of the document: a column
 * does not tell which is the primary one.
 */
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
		read_document(path, registration, scope, ordered, result);
	else if (scope == SCIM_OF_MEMBER)
		from_shown_member(path, result);
	else if (!path->extension && is_named(path->attribute, "id"))
	{
		result->type = SCIM_SQL_ID;
		result->id_type = registration->id_type;
		result->value = expand("r.{id}", registration);
	}
	else if (!path->extension && is_named(path->attribute, "meta"))
		from_meta(path, registration, result);
	else if (registration->is_mapped)
		scim_mapped_attribute_sql(path, registration, result);
	else
	{
		read_document(path, registration, scope, ordered, result);
		lookup = find_lookup(path, registration);
		if (lookup)
			from_lookup(lookup, result);
	}
}

/* Is it kept in the document, or in mapped columns? */
static bool
is_content(const ScimPath *path, const ScimRegistration *registration)
{
	return path->extension ||
		!(is_named(path->attribute, "id") || is_named(path->attribute, "meta") ||
		  is_membership(path, registration));
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
	if (registration->is_mapped && is_content(path, registration))
	{
		scim_mapped_sort_sql(path, registration, result);
		return;
	}
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
	ScimSpot	spot;

	*scope = is_membership(path, registration) ? SCIM_OF_MEMBERSHIP : SCIM_OF_ELEMENT;
	if (*scope == SCIM_OF_MEMBERSHIP)
		return memberships(registration);
	whole.sub = NULL;
	if (registration->is_mapped)
		return scim_mapped_elements_sql(&whole, registration);
	from_document(&whole, registration, SCIM_OF_ROW, false, true, &spot);
	return spot.from.data;
}

/* ---- presence ---- */

/* That one of the sources has a value; NULL: documents tell more. */
static char *
present_in_sources(const ScimAttributeSql *attribute)
{
	const char *has_value = attribute->present;

	/* empty text is none */
	if (has_value == NULL &&
		(attribute->type == SCIM_SQL_EXACT || attribute->type == SCIM_SQL_FOLDED))
		has_value = psprintf("((%s" SQL_OP("<>") "'') IS TRUE)", attribute->value);
	else if (has_value == NULL)
		has_value = psprintf("(%s IS NOT NULL)", attribute->value);
	return attribute->from
		? psprintf("EXISTS (SELECT FROM %s WHERE %s)", attribute->from, has_value)
		: pstrdup(has_value);
}

/* What of the row or membership has no document: NULL if it has. */
static char *
present_in_column(const ScimPath *path, const ScimRegistration *registration, ScimScope scope)
{
	bool		membership = scope == SCIM_OF_MEMBERSHIP ||
		(scope == SCIM_OF_ROW && is_membership(path, registration));
	ScimAttributeSql column;

	if (membership && scope == SCIM_OF_ROW && !path->sub && registration->type->has_members &&
		registration->columns[SCIM_COLUMN_MEMBER_COUNT])
		return expand("(r.{memberCount}" SQL_OP(">") "0)", registration);
	if (scope == SCIM_OF_ELEMENT)
		return NULL;
	scim_attribute_sql(path, registration, scope, &column);
	if (membership && column.from && path->sub == NULL)
		return psprintf("EXISTS (SELECT FROM %s)", column.from);
	if (column.json)
		return NULL;
	if (column.value == NULL)
		return membership || path->sub ? "false" : "true";	/* meta as a whole is always there */
	if (column.lookup && column.type != SCIM_SQL_EXACT && column.type != SCIM_SQL_FOLDED &&
		!column.from)
		return NULL;
	return present_in_sources(&column);
}

char *
scim_present_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope scope)
{
	char	   *condition;
	ScimSpot	spot;

	if (scope == SCIM_OF_MEMBER)
		scope = SCIM_OF_ELEMENT;
	if (scope == SCIM_OF_ROW && registration->is_mapped && is_content(path, registration))
		return scim_mapped_present_sql(path, registration);
	condition = present_in_column(path, registration, scope);
	if (condition)
		return condition;
	from_document(path, registration, scope, false, false, &spot);
	return scim_spot_assigned(&spot);
}
