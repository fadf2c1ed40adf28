/*
 * spot.c
 *		The SQL of spots in a document.  What is there and cannot be read as the
 *		attribute's type is NULL, and never an error.
 */
#include "postgres.h"

#include "query/spot.h"
#include "registry/extension.h"
#include "statement/sql.h"
#include "statement/text.h"
#include "utils/builtins.h"

#define COLLATED " COLLATE pg_catalog.\"C\""

char *
scim_spot_json(const ScimSpot *spot)
{
	return spot->key
		? psprintf("(%s" SQL_OP("->") "%s)", spot->object, quote_literal_cstr(spot->key))
		: spot->object;
}

static char *
spot_text(const ScimSpot *spot)
{
	return spot->key
		? psprintf("(%s" SQL_OP("->>") "%s)", spot->object, quote_literal_cstr(spot->key))
		: psprintf("(%s" SQL_OP("#>>") "'{}'::pg_catalog.text[])", spot->object);
}

void
scim_start_spot(ScimSpot *spot, const char *json, bool ordered)
{
	memset(spot, 0, sizeof(ScimSpot));
	spot->object = pstrdup(json);
	spot->ordered = ordered;
	initStringInfo(&spot->from);
	initStringInfo(&spot->order);
}

static void
step(ScimSpot *spot, const char *key)
{
	spot->object = scim_spot_json(spot);
	spot->key = key;
}

/* To the rows of an array that is one, or NULL. */
static void
append_elements(ScimSpot *spot, const char *array, const char *alias)
{
	const char *comma = spot->from.len == 0 ? "" : ", ";

	appendStringInfo(&spot->from, "%spg_catalog.jsonb_array_elements(%s)%s AS %s(value%s)", comma,
					 array, spot->ordered ? " WITH ORDINALITY" : "", alias,
					 spot->ordered ? ", place" : "");
	appendStringInfo(&spot->order,
					 "%sCASE WHEN (%s.value" SQL_OP("->") "'primary')" SQL_OP("=")
					 "'true'::pg_catalog.jsonb THEN 0 ELSE 1 END, %s.place", comma, alias, alias);
	spot->object = psprintf("%s.value", alias);
	spot->key = NULL;
}

void
scim_spread(ScimSpot *spot, const char *alias)
{
	const char *array = scim_spot_json(spot);

	append_elements(spot,
					psprintf("CASE WHEN pg_catalog.jsonb_typeof(%s)" SQL_OP("=") "'array' THEN %s "
							 "END",
							 array, array),
					alias);
}

void
scim_spread_array(ScimSpot *spot, const char *alias)
{
	append_elements(spot, scim_spot_json(spot), alias);
}

void
scim_follow_sub(ScimSpot *spot, const ScimPath *path, bool spread_last)
{
	if (path->sub == NULL)
		return;
	step(spot, path->sub->name);
	if (path->sub->multi_valued && spread_last)
		scim_spread(spot, "f");
}

void
scim_follow(ScimSpot *spot, const ScimPath *path, bool spread_last)
{
	if (path->extension)
		step(spot, path->extension->urn);
	if (path->attribute == NULL)
		return;
	step(spot, path->attribute->name);
	if (path->attribute->multi_valued && (path->sub || spread_last))
		scim_spread(spot, "e");
	scim_follow_sub(spot, path, spread_last);
}

ScimSqlType
scim_sql_type(const ScimAttribute *attribute)
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
document_value(const ScimSpot *spot, ScimSqlType type)
{
	char	   *json = scim_spot_json(spot);
	const char *ext = scim_extension_schema("scimver");

	switch (type)
	{
		case SCIM_SQL_EXACT:
			return psprintf("%s" COLLATED, spot_text(spot));
		case SCIM_SQL_FOLDED:
			return psprintf("%s.scim_fold(%s)" COLLATED, ext, spot_text(spot));
		case SCIM_SQL_BOOLEAN:
			return psprintf("CASE WHEN %s" SQL_OP("=") "'true'::pg_catalog.jsonb THEN true"
							" WHEN %s" SQL_OP("=") "'false'::pg_catalog."
							"jsonb THEN false "
							"END",
							json, json);
		case SCIM_SQL_NUMBER:
			return psprintf("CASE WHEN pg_catalog.jsonb_typeof(%s)" SQL_OP("=")
							"'number' THEN CAST(%s AS pg_catalog.numeric) END", json, json);
		case SCIM_SQL_INSTANT:
			return psprintf("%s.scim_datetime(%s)", ext, spot_text(spot));
		case SCIM_SQL_BINARY:
			return psprintf("%s.scim_binary(%s)", ext, spot_text(spot));
		default:
			return NULL;
	}
}

void
scim_spot_sql(const ScimSpot *spot, ScimSqlType type, ScimAttributeSql *result)
{
	memset(result, 0, sizeof(*result));
	result->type = type;
	result->json = scim_spot_json(spot);
	result->value = document_value(spot, type);
	result->from = spot->from.len > 0 ? spot->from.data : NULL;
	result->order = spot->order.data;
}

char *
scim_spot_assigned(const ScimSpot *spot)
{
	char	   *condition = psprintf("(%s.scim_is_assigned(%s) IS TRUE)",
									 scim_extension_schema("scimver"), scim_spot_json(spot));

	return spot->from.len == 0 ? condition :
		psprintf("EXISTS (SELECT FROM %s WHERE %s)", spot->from.data, condition);
}

char *
scim_spot_is_object(const ScimSpot *spot)
{
	return psprintf("pg_catalog.jsonb_typeof(%s)" SQL_OP("=") "'object'", scim_spot_json(spot));
}

char *
scim_data_sql(const ScimRegistration *registration)
{
	StringInfoData sql;

	initStringInfo(&sql);
	scim_append_statement(&sql, "r.{data}", registration);
	return sql.data;
}
