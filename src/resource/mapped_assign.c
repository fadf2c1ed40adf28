/*
 * mapped_assign.c
 *		The columns of a mapped table that a statement writes, and their values.
 */
#include "postgres.h"

#include "access/table.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "resource/mapped_assign.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/rel.h"

static void
assign(ScimAssignments *list, ScimColumn kind, const char *column, Oid type, Datum value,
	   bool isnull)
{
	list->items[list->count++] = (ScimAssignment)
	{
		column, list->mapped_count + kind, type, value, isnull
	};
}

static void
assign_content(ScimAssignments *list, const ScimRegistration *registration, const ScimSplit *split)
{
	if (split->data_changed)
		assign(list, SCIM_COLUMN_DATA, "{data}", JSONBOID, JsonbPGetDatum(split->data),
			   split->data == NULL);
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (split->changed[i])
			list->items[list->count++] = (ScimAssignment)
		{
			NULL, i, registration->mapped[i].type, split->columns.values[i], split->columns.nulls[i]
		};
	}
}

static void
assign_mark(ScimAssignments *list, const ScimRegistration *registration)
{
	Oid			type = registration->types[SCIM_COLUMN_DELETED];
	Datum		mark = type == BOOLOID
	? BoolGetDatum(true)
	: scim_column_from_instant(type, registration->formats[SCIM_COLUMN_DELETED],
							   GetCurrentTimestamp());

	assign(list, SCIM_COLUMN_DELETED, "{deleted}", type, mark, false);
}

/* A number of the column's type. */
static Datum
whole_number(Oid type, int64 number)
{
	switch (type)
	{
		case INT2OID:
			return Int16GetDatum((int16) number);
		case INT4OID:
			return Int32GetDatum((int32) number);
		case NUMERICOID:
			return NumericGetDatum(int64_to_numeric(number));
		default:
			return Int64GetDatum(number);
	}
}

static bool
takes_no_null(const ScimRegistration *registration, AttrNumber number)
{
	Relation	relation = table_open(registration->relid, AccessShareLock);
	bool		result = scim_is_not_null(RelationGetDescr(relation), number);

	table_close(relation, NoLock);
	return result;
}

/* What stands for no mark: false, or none, or 0 where there must be something. */
static void
assign_no_mark(ScimAssignments *list, const ScimRegistration *registration)
{
	Oid			type = registration->types[SCIM_COLUMN_DELETED];
	bool		isnull = type != BOOLOID &&
		!takes_no_null(registration, registration->numbers[SCIM_COLUMN_DELETED]);
	Datum		mark = isnull ? (Datum) 0
	: type == BOOLOID ? BoolGetDatum(false) : whole_number(type, 0);

	assign(list, SCIM_COLUMN_DELETED, "{deleted}", type, mark, isnull);
}

/* A column that scimver keeps. */
static bool
is_kept(const ScimRegistration *registration, ScimColumn column)
{
	return registration->columns[column] && !registration->read_only[column];
}

static void
assign_instant(ScimAssignments *list, const ScimRegistration *registration, ScimColumn column,
			   const char *placeholder, TimestampTz instant)
{
	Oid			type = registration->types[column];

	if (is_kept(registration, column))
		assign(list, column, placeholder, type,
			   scim_column_from_instant(type, registration->formats[column], instant), false);
}

/* What a row had that was there before, and when it changes. */
static void
assign_revival(ScimAssignments *list, const ScimRegistration *registration,
			   const ScimRevival *revival)
{
	Oid			type = registration->types[SCIM_COLUMN_REVISION];

	if (revival->revision && is_kept(registration, SCIM_COLUMN_REVISION))
		assign(list, SCIM_COLUMN_REVISION, "{revision}", type,
			   whole_number(type, revival->revision), false);
	if (revival->has_created)
		assign_instant(list, registration, SCIM_COLUMN_CREATED, "{created}", revival->created);
	assign_instant(list, registration, SCIM_COLUMN_LAST_MODIFIED, "{lastModified}",
				   GetCurrentTimestamp());
}

ScimAssignments
scim_list_assignments(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	ScimAssignments list = {
		.items = palloc(scim_assignable_places(registration) * sizeof(ScimAssignment)),
		.mapped_count = registration->mapped_count
	};

	if (write->split)
		assign_content(&list, registration, write->split);
	if (write->marks)
		assign_mark(&list, registration);
	if (write->unmarks)
		assign_no_mark(&list, registration);
	if (write->revives)
		assign_revival(&list, registration, write->revives);
	if (write->sets_password && registration->columns[SCIM_COLUMN_PASSWORD])
		assign(&list, SCIM_COLUMN_PASSWORD, "{password}", TEXTOID,
			   write->password_hash ? CStringGetTextDatum(write->password_hash) : (Datum) 0,
			   write->password_hash == NULL);
	return list;
}

void
scim_append_assigned(StringInfo text, const ScimAssignment *assignment)
{
	if (assignment->column)
		appendStringInfoString(text, assignment->column);
	else
		appendStringInfo(text, "{mapped %d}", assignment->place);
}

void
scim_append_assigned_value(ScimSql *sql, const ScimAssignment *assignment)
{
	if (assignment->isnull)
		scim_append_null(sql, assignment->type);
	else
		scim_append_argument(sql, assignment->type, assignment->value);
}
