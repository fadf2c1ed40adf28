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
#include "access/sysattr.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "core/immutable.h"
#include "registry/mapped_plan.h"
#include "resource/mapped_write.h"
#include "resource/member_sum.h"
#include "resource/version.h"
#include "statement/sql.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

/*
 * A column that is written, and its value.  The texts name columns by
 * placeholders: what is written again and again is prepared, and its text
 * filled in, once.
 */
typedef struct Assignment
{
	const char *column;			/* as a placeholder, or (NULL) */
	int			mapped;			/* its place among the mapped ones */
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
		column, 0, type, value, isnull
	};
}

static void
assign_content(Assignments *list, const ScimRegistration *registration, const ScimSplit *split)
{
	if (split->data_changed)
		assign(list, "{data}", JSONBOID, JsonbPGetDatum(split->data), split->data == NULL);
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (split->changed[i])
			list->items[list->count++] = (Assignment)
		{
			NULL, i, registration->mapped[i].type, split->columns.values[i], split->columns.nulls[i]
		};
	}
}

static void
assign_mark(Assignments *list, const ScimRegistration *registration)
{
	Oid			type = registration->types[SCIM_COLUMN_DELETED];
	Datum		mark = type == BOOLOID
	? BoolGetDatum(true)
	: scim_column_from_instant(type, registration->formats[SCIM_COLUMN_DELETED],
							   GetCurrentTimestamp());

	assign(list, "{deleted}", type, mark, false);
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
assign_no_mark(Assignments *list, const ScimRegistration *registration)
{
	Oid			type = registration->types[SCIM_COLUMN_DELETED];
	bool		isnull = type != BOOLOID &&
		!takes_no_null(registration, registration->numbers[SCIM_COLUMN_DELETED]);
	Datum		mark = isnull ? (Datum) 0
	: type == BOOLOID ? BoolGetDatum(false) : whole_number(type, 0);

	assign(list, "{deleted}", type, mark, isnull);
}

/* A column that scimver keeps. */
static bool
is_kept(const ScimRegistration *registration, ScimColumn column)
{
	return registration->columns[column] && !registration->read_only[column];
}

static void
assign_instant(Assignments *list, const ScimRegistration *registration, ScimColumn column,
			   const char *placeholder, TimestampTz instant)
{
	Oid			type = registration->types[column];

	if (is_kept(registration, column))
		assign(list, placeholder, type,
			   scim_column_from_instant(type, registration->formats[column], instant), false);
}

/* What a row had that was there before, and when it changes. */
static void
assign_revival(Assignments *list, const ScimRegistration *registration, const ScimRevival *revival)
{
	Oid			type = registration->types[SCIM_COLUMN_REVISION];

	if (revival->revision && is_kept(registration, SCIM_COLUMN_REVISION))
		assign(list, "{revision}", type, whole_number(type, revival->revision), false);
	if (revival->has_created)
		assign_instant(list, registration, SCIM_COLUMN_CREATED, "{created}", revival->created);
	assign_instant(list, registration, SCIM_COLUMN_LAST_MODIFIED, "{lastModified}",
				   GetCurrentTimestamp());
}

static Assignments
list_assignments(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	Assignments list = {palloc((registration->mapped_count + SCIM_COLUMNS) * sizeof(Assignment)),
	0};

	if (write->split)
		assign_content(&list, registration, write->split);
	if (write->marks)
		assign_mark(&list, registration);
	if (write->unmarks)
		assign_no_mark(&list, registration);
	if (write->revives)
		assign_revival(&list, registration, write->revives);
	if (write->sets_password && registration->columns[SCIM_COLUMN_PASSWORD])
		assign(&list, "{password}", TEXTOID,
			   write->password_hash ? CStringGetTextDatum(write->password_hash) : (Datum) 0,
			   write->password_hash == NULL);
	return list;
}

/* ---- what is written ---- */

/* What was empty becomes so again, whatever new rows have there. */
static void
empty_columns(const ScimRegistration *registration, ScimSplit *split)
{
	const ScimMappedPlan *plan = scim_mapped_plan(registration);

	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (!registration->mapped[i].read_only && split->columns.nulls[i] &&
			plan->nulls[i].has_default && !plan->nulls[i].not_null)
			split->changed[i] = true;
	}
	if (registration->columns[SCIM_COLUMN_DATA] && !split->data_changed && plan->data.has_default)
	{
		split->data = scim_write(scim_new_object());
		split->data_changed = true;
	}
}

void
scim_mapped_take_apart(ScimRowWrite *write, const ScimRow *old, bool replaces)
{
	const ScimRegistration *registration = write->registration;

	if (write->split)
		return;
	if (old && registration->type->has_kept)
		write->document = scim_keep_immutable(registration->type, scim_row_data(registration, old),
											  write->document, replaces, NULL);
	write->split = scim_split_document(registration, write->document, old ? old->stored : NULL,
									   old ? &old->columns : NULL);
	if (write->revives)
		empty_columns(registration, write->split);
	if (write->password_hash && registration->columns[SCIM_COLUMN_PASSWORD] == NULL)
		scim_throw_path(SCIM_NO_COLUMN, "password", "password has no column in table %s",
						registration->table);
}

bool
scim_mapped_is_effective(const ScimRowWrite *write)
{
	return list_assignments(write).count > 0;
}

/*
 * What is stored otherwise may still be the same; but only where it must not be
 * written does that have to be known before.
 */
static bool
is_content_there(const ScimRowWrite *write, const ScimRow *row, bool exact)
{
	const ScimSplit *split = write->split;

	return !scim_mapped_is_effective(write) ||
		(exact && scim_holds_content(write->registration, row,
									 scim_join_columns(write->registration, split->data,
													   &split->columns)));
}

bool
scim_mapped_is_there(const ScimRowWrite *write, const ScimRow *row, bool exact)
{
	return !write->sets_password && is_content_there(write, row, exact);
}

/* Does a mapped column stand in such a key?  "changed" (NULL: all) says which are asked about. */
static bool
has_key_column(const ScimRegistration *table, const bool *changed)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
	Bitmapset  *keys = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_KEY);
	bool		result = false;

	for (int i = 0; i < table->mapped_count && !result; i++)
		result = !table->mapped[i].read_only && (changed == NULL || changed[i]) &&
			bms_is_member(table->mapped[i].number - FirstLowInvalidHeapAttributeNumber, keys);
	bms_free(keys);
	table_close(relation, NoLock);
	return result;
}

bool
scim_mapped_changes_key(const ScimRowWrite *write)
{
	return has_key_column(write->registration, write->split ? write->split->changed : NULL);
}

/* ---- texts ---- */

static void
append_column(StringInfo text, const Assignment *assignment)
{
	if (assignment->column)
		appendStringInfoString(text, assignment->column);
	else
		appendStringInfo(text, "{mapped %d}", assignment->mapped);
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
run(const ScimRowWrite *write, ScimSql *sql)
{
	appendStringInfoString(&sql->text, " RETURNING {bare}");
	return scim_run_template(sql, write->registration) > 0;
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
append_key(const ScimRowWrite *write, StringInfo columns, ScimSql *values)
{
	const ScimRegistration *registration = write->registration;

	if (registration->columns[SCIM_COLUMN_TENANT])
	{
		appendStringInfoString(columns, ", {tenant}");
		appendStringInfo(&values->text, ", %s", values->tenant);
	}
	if (write->id)
	{
		appendStringInfoString(columns, ", {id}");
		appendStringInfoString(&values->text, ", ");
		scim_append_id(values, registration, write->id);
	}
	else if (registration->id_type->type == UUIDOID && !has_default_id(registration))
	{
		appendStringInfoString(columns, ", {id}");
		appendStringInfoString(&values->text, ", pg_catalog.gen_random_uuid()");
	}
}

bool
scim_mapped_insert(const ScimRowWrite *write)
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
		appendStringInfoString(&columns, ", ");
		append_column(&columns, &list.items[i]);
		appendStringInfoString(&sql.text, ", ");
		append_value(&sql, &list.items[i]);
	}
	values = pstrdup(sql.text.data);
	resetStringInfo(&sql.text);
	appendStringInfoString(&sql.text, "INSERT INTO {table} AS r ");
	/* both lists begin with a comma and a blank */
	if (columns.len > 0)
		appendStringInfo(&sql.text, "(%s)%s VALUES (%s)", columns.data + 2,
						 write->id ? " OVERRIDING SYSTEM VALUE" : "", values + 2);
	else
		appendStringInfoString(&sql.text, "DEFAULT VALUES");
	return run(write, &sql);
}

/* ---- UPDATE ---- */

/*
 * Was the version computed of a row that is locked?  A password was read apart
 * from it: then the statement asks once more.
 */
static bool
is_sure(const ScimRowWrite *write)
{
	return write->locked && !write->has_version &&
		write->registration->columns[SCIM_COLUMN_PASSWORD] == NULL;
}

/*
 * The condition that the row r has the version $3, or NULL.  One that the row held
 * when it was read is compared as it is stored: a row that holds none any more is
 * read again.  What would have to be computed once more is not asked for of a row
 * that was locked before its version was compared; nor are members summed up.
 */
static const char *
condition_of(const ScimRowWrite *write)
{
	if (write->expected == NULL || scim_is_summed(write->registration) || is_sure(write))
		return NULL;
	return write->has_version ? "CAST(r.{version} AS pg_catalog.text)" EQ "$3" : "{is_version $3}";
}

bool
scim_mapped_update(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	const char *condition = condition_of(write);
	Assignments list = list_assignments(write);
	ScimSql		sql;

	/* {key} names the first two parameters */
	scim_init_sql(&sql, registration, write->tenant, false);
	scim_append_id(&sql, registration, write->id);
	if (condition)
		scim_append_text_argument(&sql, write->expected);
	resetStringInfo(&sql.text);
	appendStringInfoString(&sql.text, "UPDATE {table} AS r SET ");
	for (int i = 0; i < list.count; i++)
	{
		appendStringInfoString(&sql.text, i > 0 ? ", " : "");
		append_column(&sql.text, &list.items[i]);
		appendStringInfoChar(&sql.text, '=');
		append_value(&sql, &list.items[i]);
	}
	appendStringInfoString(&sql.text, write->unmarks ? " WHERE {of_tenant} AND {id}" EQ "$2"
						   : " WHERE {key}");
	if (condition)
	{
		appendStringInfoString(&sql.text, " AND ");
		appendStringInfoString(&sql.text, condition);
	}
	return run(write, &sql);
}
