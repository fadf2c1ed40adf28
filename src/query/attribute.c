/*
 * attribute.c
 *		The SQL of an attribute path.
 *
 * A path leads to a fixed column (id, meta), to the memberships (members,
 * groups), or to the content, which the table's storage finds.  Names in texts
 * are quoted literals; there is nothing in them that a client wrote.
 */
#include "postgres.h"

#include "core/location.h"
#include "query/attribute.h"
#include "query/id.h"
#include "query/spot.h"
#include "registry/cache.h"
#include "registry/extension.h"
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

/* Where the path's sub-attribute is in an element. */
static void
start_element(const ScimPath *path, bool spread_last, ScimSpot *spot)
{
	scim_start_spot(spot, "e.value", false);
	scim_follow_sub(spot, path, spread_last);
}

static void
read_element(const ScimPath *path, ScimAttributeSql *result)
{
	ScimSpot	spot;

	start_element(path, true, &spot);
	scim_spot_sql(&spot, scim_sql_type(path->sub ? path->sub : path->attribute), result);
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
from_meta(const ScimPath *path, const ScimRegistration *registration, ScimAttributeSql *result)
{
	result->type = scim_sql_type(path->sub ? path->sub : path->attribute);
	if (is_named(path->sub, "created"))
		registration->storage->time_sql(path, registration, SCIM_COLUMN_CREATED, result);
	else if (is_named(path->sub, "lastModified"))
		registration->storage->time_sql(path, registration, SCIM_COLUMN_LAST_MODIFIED, result);
	else if (is_named(path->sub, "version"))
		result->value = registration->storage->version_sql(registration);
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
	read_element(path, result);
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

/* ---- all of them ---- */

/* Is it what storages differ in? */
static bool
is_content(const ScimPath *path, const ScimRegistration *registration)
{
	return path->extension ||
		!(is_named(path->attribute, "id") || is_named(path->attribute, "meta") ||
		  is_membership(path, registration));
}

/* What of a row is no content: its id, meta, memberships. */
static void
find_beside(const ScimPath *path, const ScimRegistration *registration, ScimAttributeSql *result)
{
	if (is_membership(path, registration))
		from_memberships(path, registration, SCIM_OF_ROW, result);
	else if (is_named(path->attribute, "meta"))
		from_meta(path, registration, result);
	else
	{
		result->type = SCIM_SQL_ID;
		result->id_type = registration->id_type;
		result->value = expand("r.{id}", registration);
	}
}

void
scim_attribute_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope scope,
				   ScimAttributeSql *result)
{
	memset(result, 0, sizeof(*result));
	if (scope == SCIM_OF_MEMBERSHIP)
		from_memberships(path, registration, scope, result);
	else if (scope == SCIM_OF_ELEMENT)
		read_element(path, result);
	else if (scope == SCIM_OF_MEMBER)
		from_shown_member(path, result);
	else if (is_content(path, registration))
		registration->storage->attribute_sql(path, registration, result);
	else
		find_beside(path, registration, result);
}

void
scim_sort_sql(const ScimPath *path, const ScimRegistration *registration, ScimAttributeSql *result)
{
	if (is_content(path, registration))
		registration->storage->sort_sql(path, registration, result);
	else
		scim_attribute_sql(path, registration, SCIM_OF_ROW, result);
	if (result->value && result->from)
		result->value = psprintf("(SELECT %s FROM %s ORDER BY %s LIMIT 1)",
								 result->value, result->from, result->order);
	result->from = NULL;
}

char *
scim_elements_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope *scope)
{
	ScimPath	whole = *path;

	*scope = is_membership(path, registration) ? SCIM_OF_MEMBERSHIP : SCIM_OF_ELEMENT;
	if (*scope == SCIM_OF_MEMBERSHIP)
		return memberships(registration);
	whole.sub = NULL;
	return registration->storage->elements_sql(&whole, registration);
}

/* ---- presence ---- */

static bool
is_text(const ScimAttributeSql *attribute)
{
	return attribute->type == SCIM_SQL_EXACT || attribute->type == SCIM_SQL_FOLDED;
}

static char *
present_in_source(const ScimAttributeSql *attribute)
{
	const char *has_value = attribute->present;

	/* empty text is none */
	if (has_value == NULL)
		has_value = psprintf(is_text(attribute) ? "((%s" SQL_OP("<>") "'') IS TRUE)"
							 : "(%s IS NOT NULL)", attribute->value);
	return attribute->from
		? psprintf("EXISTS (SELECT FROM %s WHERE %s)", attribute->from, has_value)
		: pstrdup(has_value);
}

/* The same of what is no content of a row, or of a membership. */
static char *
present_beside(const ScimPath *path, const ScimRegistration *registration, ScimScope scope)
{
	bool		membership = scope == SCIM_OF_MEMBERSHIP || is_membership(path, registration);
	ScimAttributeSql attribute;

	if (membership && scope == SCIM_OF_ROW && !path->sub && registration->type->has_members &&
		registration->columns[SCIM_COLUMN_MEMBER_COUNT])
		return expand("(r.{memberCount}" SQL_OP(">") "0)", registration);
	scim_attribute_sql(path, registration, scope, &attribute);
	if (membership && attribute.from && path->sub == NULL)
		return psprintf("EXISTS (SELECT FROM %s)", attribute.from);
	if (attribute.value == NULL)
		return membership || path->sub ? "false" : "true";	/* meta as a whole is always there */
	return present_in_source(&attribute);
}

char *
scim_present_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope scope)
{
	ScimSpot	spot;

	if (scope == SCIM_OF_ELEMENT || scope == SCIM_OF_MEMBER)
	{
		start_element(path, false, &spot);
		return scim_spot_assigned(&spot);
	}
	if (scope == SCIM_OF_ROW && is_content(path, registration))
		return registration->storage->present_sql(path, registration);
	return present_beside(path, registration, scope);
}

char *
scim_object_sql(const ScimPath *path, const ScimRegistration *registration)
{
	/* meta is always there */
	return is_content(path, registration) ? registration->storage->object_sql(path, registration)
		: NULL;
}
