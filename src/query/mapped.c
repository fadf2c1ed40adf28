/*
 * mapped.c
 *		The SQL of attributes of a mapped table.
 *
 * A column is asked as it is (column.h).  What an attribute has in several
 * columns, or in columns and the document, has several sources: any of them
 * may have the value that is looked for.  Where elements must be seen as a whole
 * they are put together by scim_joined_attribute (resource/joined_attribute.c), as they
 * are for reading.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "column/type.h"
#include "miscadmin.h"
#include "query/mapped.h"
#include "query/source.h"
#include "query/spot.h"
#include "registry/extension.h"
#include "statement/text.h"
#include "utils/builtins.h"

/* Sources of values under construction. */
typedef struct Sources
{
	ScimAttributeSql *first;
	ScimAttributeSql *last;
} Sources;

static void
add_source(Sources *sources, const ScimAttributeSql *source)
{
	ScimAttributeSql *copy = palloc(sizeof(ScimAttributeSql));

	*copy = *source;
	if (sources->last)
		sources->last->next = copy;
	else
		sources->first = copy;
	sources->last = copy;
}

static const ScimAttribute *
leaf(const ScimPath *path)
{
	return path->sub ? path->sub : path->attribute;
}

/* ---- what the mapping says ---- */

static bool
is_schemas(const ScimPath *path)
{
	return !path->extension && strcmp(path->attribute->name, "schemas") == 0;
}

/* Is the attribute a document of type json, which may hold what jsonb does not take? */
static bool
is_text_document(const ScimMappedAttribute *mapped)
{
	return mapped && mapped->whole &&
		scim_value_type(mapped->whole->column)->storage == SCIM_STORAGE_JSON;
}

List *
scim_columns_of(const ScimPath *path, const ScimRegistration *registration)
{
	const ScimMappedAttribute *mapped = scim_find_mapped(registration, path);
	const ScimMappedField *field;
	List	   *columns = NIL;

	if (mapped == NULL)
		return NIL;
	if (mapped->whole)
		return list_make1(unconstify(ScimMappedColumn *, mapped->whole->column));
	field = scim_find_mapped_field(mapped->fields, mapped->field_count, path->sub);
	if (field)
		columns = lappend(columns, unconstify(ScimMappedColumn *, field->column));
	for (int i = 0; i < mapped->slot_count; i++)
	{
		field = scim_find_mapped_field(mapped->slots[i].fields, mapped->slots[i].field_count,
									   path->sub);
		if (field)
			columns = lappend(columns, unconstify(ScimMappedColumn *, field->column));
	}
	return columns;
}

/* ---- the document of a row ---- */

/*
 * The spot of the attribute in one column, or in the document, as far as it is
 * whole there; false: it is not.
 */
static bool
whole_spot(const ScimPath *path, const ScimRegistration *registration, bool ordered,
		   bool spread_last, ScimSpot *spot)
{
	const ScimMappedAttribute *mapped = scim_find_mapped(registration, path);

	if (is_text_document(mapped))
		return false;
	if (mapped && mapped->whole && scim_is_json_column(mapped->whole->column))
	{
		scim_start_spot(spot, scim_column_json(mapped->whole->column), ordered);
		if (path->attribute->multi_valued && (path->sub || spread_last))
			scim_spread(spot, "e");
		scim_follow_sub(spot, path, spread_last);
	}
	else if (registration->columns[SCIM_COLUMN_DATA] && !is_schemas(path) &&
			 (mapped == NULL ||
			  (mapped->field_count > 0 && path->sub &&
			   !scim_find_mapped_field(mapped->fields, mapped->field_count, path->sub))))
	{
		scim_start_spot(spot, scim_data_sql(registration), ordered);
		scim_follow(spot, path, spread_last);
	}
	else
		return false;
	return true;
}

/* ---- elements put together ---- */

/* The data column with no more than the attribute in it. */
static char *
stored_sql(const ScimPath *path, const ScimRegistration *registration)
{
	ScimPath	inner = *path;
	ScimSpot	spot;
	char	   *object;

	if (registration->columns[SCIM_COLUMN_DATA] == NULL)
		return "NULL::pg_catalog.jsonb";
	if (is_schemas(path))
		return scim_data_sql(registration);
	inner.sub = NULL;
	scim_start_spot(&spot, scim_data_sql(registration), false);
	scim_follow(&spot, &inner, false);
	object = psprintf("pg_catalog.jsonb_build_object(%s, %s)",
					  quote_literal_cstr(path->attribute->name), scim_spot_json(&spot));
	return path->extension ? psprintf("pg_catalog.jsonb_build_object(%s, %s)",
									  quote_literal_cstr(path->extension->urn), object) : object;
}

/*
 * The attribute as reading it puts it together, of the columns and what else
 * the document has of it.
 */
static char *
joined_sql(const ScimPath *path, const ScimRegistration *registration)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "%s.scim_joined_attribute(%u::pg_catalog.oid::pg_catalog.regclass, %s, ROW(%s",
					 scim_extension_schema("scimver"), registration->relid,
					 quote_literal_cstr(path->extension ? psprintf("%s:%s", path->extension->urn,
																   path->attribute->name)
										: path->attribute->name),
					 stored_sql(path, registration));
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &registration->mapped[i];

		if (is_schemas(path) || (column->parsed.extension == path->extension &&
								 column->parsed.attribute == path->attribute))
			appendStringInfo(&sql, ", r.%s", column->column);
		else
			appendStringInfoString(&sql, ", NULL");
	}
	appendStringInfoString(&sql, "))");
	return sql.data;
}

static void
joined_spot(const ScimPath *path, const ScimRegistration *registration, bool ordered,
			bool spread_last, ScimSpot *spot)
{
	scim_start_spot(spot, joined_sql(path, registration), ordered);
	if (path->attribute->multi_valued && (path->sub || spread_last))
		scim_spread_array(spot, "e");
	scim_follow_sub(spot, path, spread_last);
}

/* Is anything of the attribute in columns or the document? */
static bool
has_sources(const ScimPath *path, const ScimRegistration *registration)
{
	return registration->columns[SCIM_COLUMN_DATA] || scim_find_mapped(registration, path) ||
		is_schemas(path);
}

/* ---- slots ---- */

char *
scim_slot_exists_sql(const ScimMappedSlot *slot)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < slot->field_count; i++)
	{
		ScimAttributeSql field;

		scim_column_source(slot->fields[i].column, &field);
		appendStringInfoString(&sql, i > 0 ? " OR " : "");
		if (field.from)
			appendStringInfo(&sql, "EXISTS (SELECT FROM %s WHERE ", field.from);
		appendStringInfoString(&sql, field.present
							   ? field.present
							   : psprintf("(%s.scim_is_assigned(%s) IS TRUE)",
										  scim_extension_schema("scimver"), field.json));
		appendStringInfoString(&sql, field.from ? ")" : "");
	}
	return slot->field_count == 1 ? sql.data : psprintf("(%s)", sql.data);
}

/* The value of a constant, in an element that is there if "condition" holds (NULL: it does). */
static void
constant_source(const ScimMappedConstant *constant, const ScimAttribute *sub, const char *condition,
				ScimAttributeSql *result)
{
	Jsonb	   *value = scim_write(&constant->value);
	char	   *json = JsonbToCString(NULL, &value->root, VARSIZE(value));
	ScimSpot	spot;

	scim_start_spot(&spot, psprintf("%s::pg_catalog.jsonb", quote_literal_cstr(json)), false);
	scim_spot_sql(&spot, scim_sql_type(sub), result);
	if (condition == NULL)
		return;
	result->value = psprintf("CASE WHEN %s THEN %s END", condition, result->value);
	result->json = psprintf("CASE WHEN %s THEN %s END", condition, result->json);
}

void
scim_slot_attribute_sql(const ScimPath *path, const ScimMappedSlot *slot, ScimAttributeSql *result)
{
	const ScimMappedField *field = scim_find_mapped_field(slot->fields, slot->field_count,
														  path->sub);
	const ScimMappedConstant *constant = scim_find_mapped_constant(slot, path->sub);

	memset(result, 0, sizeof(*result));
	result->type = scim_sql_type(leaf(path));
	if (field)
		scim_column_source(field->column, result);
	else if (constant)
		constant_source(constant, path->sub, NULL, result);
}

static void
add_slots(const ScimPath *path, const ScimMappedAttribute *mapped, Sources *sources)
{
	for (int i = 0; i < mapped->slot_count; i++)
	{
		const ScimMappedSlot *slot = &mapped->slots[i];
		const ScimMappedField *field = scim_find_mapped_field(slot->fields, slot->field_count,
															  path->sub);
		const ScimMappedConstant *constant = scim_find_mapped_constant(slot, path->sub);
		ScimAttributeSql source;

		if (field)
			scim_column_source(field->column, &source);
		else if (constant)
			constant_source(constant, path->sub, scim_slot_exists_sql(slot), &source);
		else
			continue;
		add_source(sources, &source);
	}
}

/* ---- an attribute from all its sources ---- */

void
scim_mapped_attribute_sql(const ScimPath *path, const ScimRegistration *registration,
						  ScimAttributeSql *result)
{
	const ScimMappedAttribute *mapped = scim_find_mapped(registration, path);
	const ScimMappedField *field = mapped ? scim_find_mapped_field(mapped->fields,
																   mapped->field_count, path->sub)
	: NULL;
	Sources		sources = {NULL};
	ScimAttributeSql here;
	ScimSpot	spot;

	memset(result, 0, sizeof(*result));
	result->type = scim_sql_type(leaf(path));
	if (result->type == SCIM_SQL_COMPLEX)
	{
		/* whether that is an object at all, its JSON tells */
		if (!path->attribute->multi_valued && whole_spot(path, registration, false, false, &spot))
			scim_spot_sql(&spot, result->type, result);
		return;
	}
	if (mapped && !path->sub && mapped->whole && !scim_is_json_column(mapped->whole->column))
	{
		scim_column_source(mapped->whole->column, &here);
		add_source(&sources, &here);
	}
	else if (field)
	{
		scim_column_source(field->column, &here);
		add_source(&sources, &here);
	}
	else if (mapped && mapped->slot_count > 0)
	{
		add_slots(path, mapped, &sources);
		if (registration->columns[SCIM_COLUMN_DATA])
		{
			scim_start_spot(&spot, scim_data_sql(registration), false);
			scim_follow(&spot, path, true);
			scim_spot_sql(&spot, result->type, &here);
			add_source(&sources, &here);
		}
	}
	else
	{
		if (is_schemas(path) || is_text_document(mapped))
			joined_spot(path, registration, false, true, &spot);
		else if (!whole_spot(path, registration, false, true, &spot))
			return;
		scim_spot_sql(&spot, result->type, &here);
		add_source(&sources, &here);
	}
	if (sources.first)
		*result = *sources.first;
}

/* ---- elements ---- */

char *
scim_data_elements_sql(const ScimPath *path, const ScimRegistration *registration)
{
	ScimPath	whole = *path;
	ScimSpot	spot;

	if (registration->columns[SCIM_COLUMN_DATA] == NULL)
		return NULL;
	whole.sub = NULL;
	scim_start_spot(&spot, scim_data_sql(registration), false);
	scim_follow(&spot, &whole, true);
	return spot.from.data;
}

char *
scim_mapped_elements_sql(const ScimPath *path, const ScimRegistration *registration)
{
	ScimSpot	spot;

	if (!has_sources(path, registration))
		return NULL;
	if (!whole_spot(path, registration, false, true, &spot))
		joined_spot(path, registration, false, true, &spot);
	return spot.from.data;
}

/* Does the filter ask for more than the slot knows of its elements? */
static bool
knows(const ScimMappedSlot *slot, const ScimFilter *filter)
{
	check_stack_depth();
	switch (filter->kind)
	{
		case SCIM_FILTER_AND:
		case SCIM_FILTER_OR:
			return knows(slot, filter->left) && knows(slot, filter->right);
		case SCIM_FILTER_COMPARE:
			/* what does not match must not match in what the document adds either */
			return filter->op != SCIM_NE &&
				(scim_find_mapped_field(slot->fields, slot->field_count, filter->path.sub) ||
				 scim_find_mapped_constant(slot, filter->path.sub));
		case SCIM_FILTER_PRESENT:
			return scim_find_mapped_field(slot->fields, slot->field_count, filter->path.sub) ||
				scim_find_mapped_constant(slot, filter->path.sub);
		default:
			return false;
	}
}

const ScimMappedAttribute *
scim_mapped_slots(const ScimPath *path, const ScimRegistration *registration,
				  const ScimFilter *filter)
{
	const ScimMappedAttribute *mapped = scim_find_mapped(registration, path);

	if (mapped == NULL || mapped->slot_count == 0)
		return NULL;
	for (int i = 0; i < mapped->slot_count; i++)
	{
		if (mapped->slots[i].spread ||
			(registration->columns[SCIM_COLUMN_DATA] && !knows(&mapped->slots[i], filter)))
			return NULL;
	}
	return mapped;
}

/* ---- presence ---- */

char *
scim_slot_present_sql(const ScimPath *path, const ScimMappedSlot *slot)
{
	ScimAttributeSql attribute;

	scim_slot_attribute_sql(path, slot, &attribute);
	return scim_sources_present(&attribute);
}

/* A complex attribute of which the parts are in columns. */
static char *
complex_present(const ScimPath *path, const ScimRegistration *registration,
				const ScimMappedAttribute *mapped)
{
	ScimAttributeSql field;
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < mapped->field_count; i++)
	{
		scim_column_source(mapped->fields[i].column, &field);
		appendStringInfo(&sql, "%s OR ", scim_sources_present(&field));
	}
	for (int i = 0; i < mapped->slot_count; i++)
		appendStringInfo(&sql, "%s OR ", scim_slot_exists_sql(&mapped->slots[i]));
	if (registration->columns[SCIM_COLUMN_DATA])
	{
		ScimSpot	spot;

		/* what the document has in place of columns is not there */
		scim_start_spot(&spot,
						mapped->field_count > 0 ? joined_sql(path, registration)
						: scim_data_sql(registration),
						false);
		if (mapped->field_count == 0)
			scim_follow(&spot, path, false);
		appendStringInfoString(&sql, scim_spot_assigned(&spot));
	}
	else
		sql.data[sql.len - strlen(" OR ")] = '\0';
	return psprintf("(%s)", sql.data);
}

char *
scim_mapped_present_sql(const ScimPath *path, const ScimRegistration *registration)
{
	const ScimMappedAttribute *mapped = scim_find_mapped(registration, path);
	ScimAttributeSql attribute;
	ScimSpot	spot;

	if (is_schemas(path))
		return "true";
	if (is_text_document(mapped))
		joined_spot(path, registration, false, false, &spot);
	if (is_text_document(mapped) || whole_spot(path, registration, false, false, &spot))
		return scim_spot_assigned(&spot);
	if (!path->sub && path->attribute->type == SCIM_COMPLEX)
		return mapped ? complex_present(path, registration, mapped) : "false";
	scim_mapped_attribute_sql(path, registration, &attribute);
	return scim_sources_present(&attribute);
}

char *
scim_mapped_object_sql(const ScimPath *path, const ScimRegistration *registration)
{
	char	   *present = scim_mapped_present_sql(path, registration);
	ScimSpot	spot;

	if (!whole_spot(path, registration, false, false, &spot))
		return present;
	return psprintf("%s AND %s", scim_spot_is_object(&spot), present);
}

/* ---- order ---- */

/* A column that all there is of the attribute is in, one value for each row; or NULL. */
static const ScimMappedColumn *
only_column(const ScimPath *path, const ScimRegistration *registration)
{
	const ScimMappedAttribute *mapped = scim_find_mapped(registration, path);
	const ScimMappedField *field = NULL;

	if (mapped == NULL)
		return NULL;
	if (!path->sub)
		field = mapped->whole;
	else if (mapped->field_count > 0)
		field = scim_find_mapped_field(mapped->fields, mapped->field_count, path->sub);
	else if (mapped->slot_count == 1 && mapped->slots[0].field_count == 1 &&
			 !registration->columns[SCIM_COLUMN_DATA])
		field = scim_find_mapped_field(mapped->slots[0].fields, 1, path->sub);
	return field && !scim_is_json_column(field->column) && !scim_value_type(field->column)->is_array
		? field->column
		: NULL;
}

void
scim_mapped_sort_sql(const ScimPath *path, const ScimRegistration *registration,
					 ScimAttributeSql *result)
{
	const ScimMappedColumn *column = only_column(path, registration);
	ScimSpot	spot;

	if (column)
	{
		scim_value_source(column, psprintf("r.%s", column->column), result);
		return;
	}
	memset(result, 0, sizeof(*result));
	result->type = scim_sql_type(leaf(path));
	if (!whole_spot(path, registration, true, true, &spot))
	{
		if (!has_sources(path, registration))
			return;
		joined_spot(path, registration, true, true, &spot);
	}
	scim_spot_sql(&spot, result->type, result);
}

/* ---- beside the content ---- */

/* The column as an attribute; of a table without it there is no value. */
void
scim_mapped_time_sql(const ScimPath *path, const ScimRegistration *registration, ScimColumn column,
					 ScimAttributeSql *result)
{
	if (registration->columns[column])
		scim_time_column_source(path, registration, column, result);
}

/* It is what the version would be where none is stored. */
char *
scim_mapped_version_sql(const ScimRegistration *registration)
{
	const char *column = registration->columns[SCIM_COLUMN_VERSION];
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoChar(&sql, '(');
	if (column)
		appendStringInfo(&sql, "coalesce(r.%s, ", column);
	appendStringInfo(&sql,
					 "%s.scim_row_version(%u::pg_catalog.oid::pg_catalog.regclass, ROW(",
					 scim_extension_schema("scimver"), registration->relid);
	scim_append_statement(&sql, "{bare}{?tenant:, r.{tenant}}))", registration);
	appendStringInfo(&sql, "%s COLLATE pg_catalog.\"C\")", column ? ")" : "");
	return sql.data;
}
