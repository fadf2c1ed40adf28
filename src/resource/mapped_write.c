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
#include "miscadmin.h"
#include "registry/mapped_plan.h"
#include "resource/mapped_assign.h"
#include "resource/mapped_write.h"
#include "resource/member_sum.h"
#include "resource/version.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

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
	return scim_list_assignments(write).count > 0;
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
	ScimAssignments list = scim_list_assignments(write);
	StringInfoData columns;
	ScimSql		sql;
	char	   *values;

	initStringInfo(&columns);
	scim_init_sql(&sql, write->registration, write->tenant, false);
	append_key(write, &columns, &sql);
	for (int i = 0; i < list.count; i++)
	{
		appendStringInfoString(&columns, ", ");
		scim_append_assigned(&columns, &list.items[i]);
		appendStringInfoString(&sql.text, ", ");
		scim_append_assigned_value(&sql, &list.items[i]);
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

/* ---- INSERT of many ---- */

/* The columns that any of the rows has a value for, by their places; NULL: no row has. */
static const ScimAssignment **
find_columns(const ScimAssignments *lists, int count, int places)
{
	const ScimAssignment **columns = palloc0(places * sizeof(ScimAssignment *));

	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < lists[i].count; j++)
			columns[lists[i].items[j].place] = &lists[i].items[j];
	}
	return columns;
}

static void
append_names(ScimSql *sql, const ScimRegistration *registration, const ScimAssignment **columns)
{
	appendStringInfoString(&sql->text, "INSERT INTO {table} AS r ({id}");
	if (registration->columns[SCIM_COLUMN_TENANT])
		appendStringInfoString(&sql->text, ", {tenant}");
	for (int i = 0; i < scim_assignable_places(registration); i++)
	{
		if (columns[i] == NULL)
			continue;
		appendStringInfoString(&sql->text, ", ");
		scim_append_assigned(&sql->text, columns[i]);
	}
	appendStringInfoString(&sql->text, ") OVERRIDING SYSTEM VALUE VALUES ");
}

/* What has no value gets the column's default, as where the column is not named. */
static void
append_row(ScimSql *sql, const ScimRowWrite *write, const ScimAssignments *list,
		   const ScimAssignment **columns)
{
	const ScimRegistration *registration = write->registration;
	int			places = scim_assignable_places(registration);
	const ScimAssignment **given = palloc0(places * sizeof(ScimAssignment *));

	for (int i = 0; i < list->count; i++)
		given[list->items[i].place] = &list->items[i];
	appendStringInfoChar(&sql->text, '(');
	scim_append_id(sql, registration, write->id);
	if (registration->columns[SCIM_COLUMN_TENANT])
		appendStringInfo(&sql->text, ", %s", sql->tenant);
	for (int i = 0; i < places; i++)
	{
		if (columns[i] == NULL)
			continue;
		appendStringInfoString(&sql->text, ", ");
		if (given[i])
			scim_append_assigned_value(sql, given[i]);
		else
			appendStringInfoString(&sql->text, "DEFAULT");
	}
	appendStringInfoChar(&sql->text, ')');
	pfree(given);
}

uint64
scim_mapped_insert_many(const ScimRowWrite *writes, int count)
{
	const ScimRegistration *registration = writes->registration;
	ScimAssignments *lists = palloc(count * sizeof(ScimAssignments));
	const ScimAssignment **columns;
	ScimSql		sql;

	for (int i = 0; i < count; i++)
		lists[i] = scim_list_assignments(&writes[i]);
	columns = find_columns(lists, count, scim_assignable_places(registration));
	scim_init_sql(&sql, registration, writes->tenant, false);
	append_names(&sql, registration, columns);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoString(&sql.text, ", ");
		append_row(&sql, &writes[i], &lists[i], columns);
	}
	appendStringInfoString(&sql.text, " RETURNING {bare}");
	return scim_run_template(&sql, registration);
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
	ScimAssignments list = scim_list_assignments(write);
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
		scim_append_assigned(&sql.text, &list.items[i]);
		appendStringInfoChar(&sql.text, '=');
		scim_append_assigned_value(&sql, &list.items[i]);
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
