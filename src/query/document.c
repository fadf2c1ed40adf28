/*
 * document.c
 *		The SQL of attributes of a created table: of its document, and of the
 *		columns in which some of them are looked up.
 */
#include "postgres.h"

#include "query/document.h"
#include "query/spot.h"
#include "registry/lookup_columns.h"
#include "statement/sql.h"

#define COLLATED " COLLATE pg_catalog.\"C\""

static void
start(const ScimPath *path, const ScimRegistration *registration, bool ordered, bool spread_last,
	  ScimSpot *spot)
{
	scim_start_spot(spot, scim_data_sql(registration), ordered);
	scim_follow(spot, path, spread_last);
}

static ScimSqlType
type_of(const ScimPath *path)
{
	if (path->attribute == NULL)
		return SCIM_SQL_COMPLEX;
	return scim_sql_type(path->sub ? path->sub : path->attribute);
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

/* ---- as registry/storage.h says ---- */

static void
find(const ScimPath *path, const ScimRegistration *registration, bool ordered,
	 ScimAttributeSql *result)
{
	const ScimLookup *lookup = find_lookup(path, registration);
	ScimSpot	spot;

	start(path, registration, ordered, true, &spot);
	scim_spot_sql(&spot, type_of(path), result);
	if (lookup)
		from_lookup(lookup, result);
}

void
scim_document_attribute_sql(const ScimPath *path, const ScimRegistration *registration,
							ScimAttributeSql *result)
{
	find(path, registration, false, result);
}

void
scim_document_sort_sql(const ScimPath *path, const ScimRegistration *registration,
					   ScimAttributeSql *result)
{
	find(path, registration, true, result);
}

char *
scim_document_elements_sql(const ScimPath *path, const ScimRegistration *registration)
{
	ScimSpot	spot;

	start(path, registration, false, true, &spot);
	return spot.from.data;
}

char *
scim_document_present_sql(const ScimPath *path, const ScimRegistration *registration)
{
	ScimAttributeSql attribute;
	ScimSpot	spot;

	find(path, registration, false, &attribute);
	/* empty text is none; of other types the document tells more than a column */
	if (attribute.json == NULL &&
		(attribute.type == SCIM_SQL_EXACT || attribute.type == SCIM_SQL_FOLDED))
		return psprintf("((%s" SQL_OP("<>") "'') IS TRUE)", attribute.value);
	start(path, registration, false, false, &spot);
	return scim_spot_assigned(&spot);
}

char *
scim_document_object_sql(const ScimPath *path, const ScimRegistration *registration)
{
	ScimSpot	spot;

	start(path, registration, false, true, &spot);
	return scim_spot_is_object(&spot);
}

void
scim_document_time_sql(const ScimPath *path, const ScimRegistration *registration,
					   ScimColumn column, ScimAttributeSql *result)
{
	result->value = psprintf("r.%s", registration->columns[column]);
}

char *
scim_document_version_sql(const ScimRegistration *registration)
{
	return psprintf("r.%s" COLLATED, registration->columns[SCIM_COLUMN_VERSION]);
}
