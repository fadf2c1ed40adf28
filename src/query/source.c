/*
 * source.c
 *		A mapped column as a source of values of an attribute.
 */
#include "postgres.h"

#include "column/type.h"
#include "query/column.h"
#include "query/source.h"
#include "query/spot.h"
#include "registry/extension.h"

void
scim_value_source(const ScimMappedColumn *mapped, const char *value, ScimAttributeSql *result)
{
	ScimColumnSql *column = palloc(sizeof(ScimColumnSql));
	ScimSpot	spot;

	scim_column_sql(mapped, value, column);
	if (column->comparison == SCIM_COMPARED_IN_JSON || column->comparison == SCIM_COMPARED_BY_CODE)
	{
		scim_start_spot(&spot, scim_column_json_sql(column), false);
		scim_spot_sql(&spot, scim_sql_type(mapped->attribute), result);
		if (column->comparison == SCIM_COMPARED_IN_JSON)
			return;
	}
	else
	{
		memset(result, 0, sizeof(*result));
		result->type = SCIM_SQL_COLUMN;
		result->value = column->value;
	}
	result->column = column;
	result->present = scim_column_present_sql(column);
}

bool
scim_is_json_column(const ScimMappedColumn *column)
{
	int			storage = scim_value_type(column)->storage;

	return storage == SCIM_STORAGE_JSON || storage == SCIM_STORAGE_JSONB;
}

char *
scim_column_json(const ScimMappedColumn *column)
{
	return psprintf(scim_value_type(column)->storage == SCIM_STORAGE_JSON ?
					"CAST(r.%s AS pg_catalog.jsonb)" : "r.%s", column->column);
}

void
scim_column_source(const ScimMappedColumn *column, ScimAttributeSql *result)
{
	ScimSpot	spot;

	if (scim_is_json_column(column))
	{
		scim_start_spot(&spot, scim_column_json(column), false);
		if (scim_holds_values(column))
			scim_spread(&spot, "e");
		scim_spot_sql(&spot, scim_sql_type(column->attribute), result);
	}
	else if (scim_value_type(column)->is_array)
	{
		scim_value_source(column, "e.value", result);
		result->from = psprintf("pg_catalog.unnest(r.%s) AS e(value)", column->column);
		if (result->column)
			unconstify(ScimColumnSql *, result->column)->array = psprintf("r.%s", column->column);
	}
	else
		scim_value_source(column, psprintf("r.%s", column->column), result);
}

void
scim_time_column_source(const ScimPath *path, const ScimRegistration *registration,
						ScimColumn kind, ScimAttributeSql *result)
{
	ScimMappedColumn *column = palloc0(sizeof(ScimMappedColumn));

	column->path = path->text;
	column->parsed = *path;
	column->attribute = path->sub;
	column->column = registration->columns[kind];
	column->number = registration->numbers[kind];
	column->type = column->base_type = registration->types[kind];
	column->typmod = -1;
	column->format = registration->formats[kind];
	scim_column_source(column, result);
}

static char *
source_present(const ScimAttributeSql *source)
{
	const char *condition = source->present
	? source->present
	: psprintf("(%s.scim_is_assigned(%s) IS TRUE)",
			   scim_extension_schema("scimver"), source->json);

	return source->from ? psprintf("EXISTS (SELECT FROM %s WHERE %s)", source->from, condition)
		: pstrdup(condition);
}

char *
scim_sources_present(const ScimAttributeSql *first)
{
	StringInfoData sql;

	if (first->value == NULL)
		return "false";
	initStringInfo(&sql);
	for (const ScimAttributeSql *source = first; source; source = source->next)
		appendStringInfo(&sql, "%s%s", source == first ? "" : " OR ", source_present(source));
	return first->next ? psprintf("(%s)", sql.data) : sql.data;
}
