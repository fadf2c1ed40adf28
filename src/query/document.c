/*
 * document.c
 *		The SQL of places in a document.  What is there and cannot be read as the
 *		attribute's type is NULL, and never an error.
 */
#include "postgres.h"

#include "query/document.h"
#include "registry/extension.h"
#include "statement/sql.h"
#include "utils/builtins.h"

#define COLLATED " COLLATE pg_catalog.\"C\""

char *
scim_place_json(const ScimPlace *place)
{
	return place->key ? psprintf("(%s" SQL_OP("->") "%s)", place->object, quote_literal_cstr(place->key)) :
		place->object;
}

static char *
place_text(const ScimPlace *place)
{
	return place->key ? psprintf("(%s" SQL_OP("->>") "%s)", place->object, quote_literal_cstr(place->key)) :
		psprintf("(%s" SQL_OP("#>>") "'{}'::pg_catalog.text[])", place->object);
}

void
scim_start_place(ScimPlace *place, const char *json, bool ordered)
{
	memset(place, 0, sizeof(ScimPlace));
	place->object = pstrdup(json);
	place->ordered = ordered;
	initStringInfo(&place->from);
	initStringInfo(&place->order);
}

void
scim_step(ScimPlace *place, const char *key)
{
	place->object = scim_place_json(place);
	place->key = key;
}

/* To the rows of an array that is one, or NULL. */
static void
append_elements(ScimPlace *place, const char *array, const char *alias)
{
	const char *comma = place->from.len == 0 ? "" : ", ";

	appendStringInfo(&place->from, "%spg_catalog.jsonb_array_elements(%s)%s AS %s(value%s)", comma, array,
					 place->ordered ? " WITH ORDINALITY" : "", alias, place->ordered ? ", place" : "");
	appendStringInfo(&place->order,
					 "%sCASE WHEN (%s.value" SQL_OP("->") "'primary')" SQL_OP("=")
					 "'true'::pg_catalog.jsonb THEN 0 ELSE 1 END, %s.place", comma, alias, alias);
	place->object = psprintf("%s.value", alias);
	place->key = NULL;
}

void
scim_spread(ScimPlace *place, const char *alias)
{
	const char *array = scim_place_json(place);

	append_elements(place, psprintf("CASE WHEN pg_catalog.jsonb_typeof(%s)" SQL_OP("=") "'array' THEN %s END",
									array, array), alias);
}

void
scim_spread_array(ScimPlace *place, const char *alias)
{
	append_elements(place, scim_place_json(place), alias);
}

void
scim_follow_sub(ScimPlace *place, const ScimPath *path, bool spread_last)
{
	if (path->sub == NULL)
		return;
	scim_step(place, path->sub->name);
	if (path->sub->multi_valued && spread_last)
		scim_spread(place, "f");
}

void
scim_follow(ScimPlace *place, const ScimPath *path, bool spread_last)
{
	if (path->extension)
		scim_step(place, path->extension->urn);
	if (path->attribute == NULL)
		return;
	scim_step(place, path->attribute->name);
	if (path->attribute->multi_valued && (path->sub || spread_last))
		scim_spread(place, "e");
	scim_follow_sub(place, path, spread_last);
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
document_value(const ScimPlace *place, ScimSqlType type)
{
	char	   *json = scim_place_json(place);
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

void
scim_place_sql(const ScimPlace *place, ScimSqlType type, ScimAttributeSql *result)
{
	memset(result, 0, sizeof(*result));
	result->type = type;
	result->json = scim_place_json(place);
	result->value = document_value(place, type);
	result->from = place->from.len > 0 ? place->from.data : NULL;
	result->order = place->order.data;
}

char *
scim_place_assigned(const ScimPlace *place)
{
	char	   *condition = psprintf("(%s.scim_is_assigned(%s) IS TRUE)", scim_extension_schema("scimver"),
									 scim_place_json(place));

	return place->from.len == 0 ? condition :
		psprintf("EXISTS (SELECT FROM %s WHERE %s)", place->from.data, condition);
}
