/*
 * mapped_write.c
 *		The INSERT and the UPDATE of a table whose attributes are in columns of
 *		their own.
 *
 * An INSERT names the columns that have a value: the others get what the
 * application made their default.  An UPDATE names those that change: triggers
 * on columns, and privileges on them, see nothing else.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "store/column_value.h"
#include "store/mapped_write.h"
#include "store/sql.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* A column that is written, and its value. */
typedef struct Assignment
{
	const char *column;
	Oid			type;
	Datum		value;
	bool		isnull;
} Assignment;

/* Assignments on their way: room for all columns that there are. */
typedef struct Assignments
{
	Assignment *items;
	int			count;
} Assignments;

static void
assign(Assignments *list, const char *column, Oid type, Datum value, bool isnull)
{
	list->items[list->count++] = (Assignment)
	{
		column, type, value, isnull
	};
}

static void
assign_content(Assignments *list, const ScimRegistration *registration, const ScimSplit *split)
{
	if (split->data_changed)
		assign(list, registration->columns[SCIM_COLUMN_DATA], JSONBOID, JsonbPGetDatum(split->data),
			   split->data == NULL);
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (split->changed[i])
			assign(list, registration->mapped[i].column, registration->mapped[i].type,
				   split->columns.values[i], split->columns.nulls[i]);
	}
}

static void
assign_mark(Assignments *list, const ScimRegistration *registration)
{
	Oid			type = registration->types[SCIM_COLUMN_DELETED];
	Datum		mark = type == BOOLOID ? BoolGetDatum(true) :
	scim_column_from_instant(type, registration->formats[SCIM_COLUMN_DELETED], GetCurrentTimestamp());

	assign(list, registration->columns[SCIM_COLUMN_DELETED], type, mark, false);
}

static Assignments
list_assignments(const ScimMappedWrite *write)
{
	const ScimRegistration *registration = write->registration;
	const char *password = registration->columns[SCIM_COLUMN_PASSWORD];
	Assignments list = {palloc((registration->mapped_count + SCIM_COLUMNS) * sizeof(Assignment)), 0};

	if (write->split)
		assign_content(&list, registration, write->split);
	if (write->marks)
		assign_mark(&list, registration);
	if (write->sets_password && password)
		assign(&list, password, TEXTOID, write->password_hash ? CStringGetTextDatum(write->password_hash) : (Datum) 0,
			   write->password_hash == NULL);
	return list;
}

bool
scim_is_effective(const ScimMappedWrite *write)
{
	return list_assignments(write).count > 0;
}

static void
append_value(ScimSql *sql, const Assignment *assignment)
{
	if (assignment->isnull)
		scim_append_null(sql, assignment->type);
	else
		scim_append_argument(sql, assignment->type, assignment->value);
}

static bool
run(const ScimMappedWrite *write, ScimSql *sql)
{
	scim_append_template(sql, write->bare ? " RETURNING {bare}" : " RETURNING {row}", write->registration);
	return scim_run_fresh_sql(sql, write->registration) > 0;
}

/* ---- INSERT ---- */

/* Does the table give new rows their ids? */
static bool
has_default_id(const ScimRegistration *registration)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(registration->relid),
										Int16GetDatum(registration->numbers[SCIM_COLUMN_ID]));
	Form_pg_attribute attribute;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "the column of ids of table %s is gone", registration->table);
	attribute = (Form_pg_attribute) GETSTRUCT(tuple);
	result = attribute->atthasdef || attribute->attidentity != '\0' ||
		get_typdefault(attribute->atttypid) != NULL;
	ReleaseSysCache(tuple);
	return result;
}

/* What is not of the content: the tenant, and an id that nobody else gives. */
static void
append_key(const ScimMappedWrite *write, StringInfo columns, ScimSql *values)
{
	const ScimRegistration *registration = write->registration;

	if (registration->columns[SCIM_COLUMN_TENANT])
	{
		appendStringInfo(columns, ", %s", registration->columns[SCIM_COLUMN_TENANT]);
		appendStringInfo(&values->text, ", %s", values->tenant);
	}
	if (registration->id_type->type == UUIDOID && !has_default_id(registration))
	{
		appendStringInfo(columns, ", %s", registration->columns[SCIM_COLUMN_ID]);
		appendStringInfoString(&values->text, ", pg_catalog.gen_random_uuid()");
	}
}

bool
scim_insert_mapped(const ScimMappedWrite *write)
{
	Assignments list = list_assignments(write);
	StringInfoData columns;
	ScimSql		sql;
	char	   *values;

	initStringInfo(&columns);
	scim_init_sql(&sql, write->registration, write->tenant, false);
	append_key(write, &columns, &sql);
	for (int i = 0; i < list.count; i++)
	{
		appendStringInfo(&columns, ", %s", list.items[i].column);
		appendStringInfoString(&sql.text, ", ");
		append_value(&sql, &list.items[i]);
	}
	values = pstrdup(sql.text.data);
	resetStringInfo(&sql.text);
	scim_append_template(&sql, "INSERT INTO {table} AS r ", write->registration);
	/* both lists begin with a comma and a blank */
	if (columns.len > 0)
		appendStringInfo(&sql.text, "(%s) VALUES (%s)", columns.data + 2, values + 2);
	else
		appendStringInfoString(&sql.text, "DEFAULT VALUES");
	return run(write, &sql);
}

/* ---- UPDATE ---- */

bool
scim_update_mapped(const ScimMappedWrite *write)
{
	const ScimRegistration *registration = write->registration;
	Assignments list = list_assignments(write);
	char	   *condition = "";
	ScimSql		sql;

	/* {key} names the first two parameters */
	scim_init_sql(&sql, registration, write->tenant, false);
	scim_append_id(&sql, registration, write->id);
	if (write->expected)
	{
		resetStringInfo(&sql.text);
		scim_append_text_argument(&sql, write->expected);
		condition = psprintf(" AND {is_version %s}", sql.text.data);
	}
	resetStringInfo(&sql.text);
	scim_append_template(&sql, "UPDATE {table} AS r SET ", registration);
	for (int i = 0; i < list.count; i++)
	{
		appendStringInfo(&sql.text, "%s%s=", i > 0 ? ", " : "", list.items[i].column);
		append_value(&sql, &list.items[i]);
	}
	scim_append_template(&sql, psprintf(" WHERE {key}%s", condition), registration);
	return run(write, &sql);
}
