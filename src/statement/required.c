/*
 * required.c
 *		What every row of a registered table has.
 */
#include "postgres.h"

#include "base/errors.h"
#include "catalog/pg_type.h"
#include "statement/required.h"
#include "statement/text.h"

/* Begins the error of a row that lacks what stands in the column. */
static ScimError *
lacking(const ScimRegistration *registration, ScimColumn column)
{
	ScimError  *error = scim_error(SCIM_BAD_ROW);

	scim_error_text(error, "path", scim_column_kinds[column].key);
	scim_error_whole(error, "relation", registration->table);
	return error;
}

char *
scim_row_id(const ScimRegistration *registration, Datum value, bool isnull)
{
	if (isnull)
		scim_throw(lacking(registration, SCIM_COLUMN_ID),
				   "a row of table %s has no id (SELECT ctid, * FROM %s WHERE %s IS NULL)",
				   registration->table, registration->table, registration->columns[SCIM_COLUMN_ID]);
	return scim_id_text(registration->id_type, value);
}

Jsonb *
scim_row_document(const ScimRegistration *registration, const char *id, Datum value, bool isnull)
{
	Jsonb	   *document = isnull ? NULL : DatumGetJsonbP(value);
	ScimError  *error;

	if (document && JB_ROOT_IS_OBJECT(document))
		return document;
	error = lacking(registration, SCIM_COLUMN_DATA);
	scim_error_whole(error, "resource_id", id);
	if (document == NULL)
		scim_throw(error, "the row of table %s with the id \"%s\" has no document",
				   registration->table, id);
	scim_throw(error, "the document in the row of table %s with the id \"%s\" is no object",
			   registration->table, id);
}

void
scim_throw_no_id(const ScimRegistration *registration)
{
	ScimError  *error = scim_error(SCIM_NO_ID_MADE);

	scim_error_text(error, "path", "id");
	scim_error_whole(error, "relation", registration->table);
	scim_throw(error, "table %s makes no id for a new %s", registration->table,
			   registration->type->name);
}

char *
scim_is_nameless_sql(const ScimRegistration *registration)
{
	StringInfoData sql;

	initStringInfo(&sql);
	scim_append_statement(&sql, "(r.{id} IS NULL", registration);
	if (registration->id_type->type == TEXTOID)
		scim_append_statement(&sql, " OR r.{id} OPERATOR(pg_catalog.=) ''", registration);
	if (registration->storage->only_resources)
		scim_append_statement(&sql, " OR r.{tenant} IS NULL", registration);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}
