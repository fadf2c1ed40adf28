/*
 * refill.c
 *		Writing into rows what they should hold: versions, first revisions, and
 *		groups' counts and digests.
 *
 * The rows are locked first, then read again and their memberships counted, and
 * then written: by a statement for all of them, which sets everything itself,
 * so that it does not need our row trigger (session_replication_role = replica).
 * Where that fires, it computes the version once more, since other triggers may
 * have changed the row before it.
 *
 * Whoever changes memberships meanwhile waits at the group's row, and adds what
 * it did to what was counted here, or counts anew; what it had committed was
 * counted.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "resource/frame.h"
#include "resource/stored_rows.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "statement/text.h"
#include "trigger/refill.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/* ---- reading ---- */

static ScimInspectedRow *
lock_rows(const ScimRegistration *registration, Datum keys[2], int *count)
{
	StringInfoData sql;
	Oid			types[2];
	int			result;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	scim_append_stored_columns(&sql, registration);
	scim_append_statement(&sql, " FROM {table} AS r WHERE ", registration);
	scim_append_has_key(&sql, registration);
	scim_append_lock_order(&sql, registration);
	appendStringInfoString(&sql, " FOR NO KEY UPDATE OF r");
	scim_key_types(registration, types);
	result = scim_run_by_index(sql.data, 2, types, keys, NULL, false);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\": %s", sql.data, SPI_result_code_string(result));
	return scim_read_stored_rows(registration, count);
}

static bool
needs_writing(const ScimInspectedRow *row)
{
	const char *version = row->row.version;

	return scim_is_unfilled(row) || (version && strcmp(version, row->version) != 0) ||
		!scim_has_right_members(row);
}

/* Leaves those of the rows that are to be written; returns how many. */
static int
compute_rows(ScimInspectedRow *rows, int count)
{
	int			n = 0;

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		scim_inspect_row(&rows[i]);
		if (needs_writing(&rows[i]))
			rows[n++] = rows[i];
	}
	return n;
}

/* ---- writing ---- */

/* A column that is set: which, and to what of v(tenant, id, version, count, digest, data). */
typedef struct Assignment
{
	ScimColumn	column;
	const char *value;
} Assignment;

static const Assignment assignments[] = {
	{SCIM_COLUMN_VERSION, "v.version"},
	{SCIM_COLUMN_REVISION, "coalesce(r.{revision}, 1)"},
	{SCIM_COLUMN_MEMBER_COUNT, "v.count"},
	{SCIM_COLUMN_MEMBER_DIGEST, "v.digest"},
	{SCIM_COLUMN_DATA, "coalesce(v.data, r.{data})"},
};

static bool
any_tidied(const ScimInspectedRow *rows, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (rows[i].tidied)
			return true;
	}
	return false;
}

/* UPDATE ... SET; empty if the table has no column for anything of it. */
static char *
update_sql(const ScimRegistration *registration, bool with_data)
{
	StringInfoData sql;
	bool		any = false;

	initStringInfo(&sql);
	scim_append_statement(&sql, "UPDATE {table} AS r SET ", registration);
	for (size_t i = 0; i < lengthof(assignments); i++)
	{
		ScimColumn	column = assignments[i].column;

		if (registration->columns[column] == NULL || (column == SCIM_COLUMN_DATA && !with_data))
			continue;
		appendStringInfo(&sql, "%s%s = ", any ? ", " : "", registration->columns[column]);
		scim_append_statement(&sql, assignments[i].value, registration);
		any = true;
	}
	scim_append_statement(&sql,
						  " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), "
						  "pg_catalog.unnest($3),"
						  " pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6))"
						  " AS v(tenant, id, version, count, digest, data)"
						  " WHERE {?tenant:r.{tenant} OPERATOR(pg_catalog.=) v.tenant AND }"
						  "r.{id} OPERATOR(pg_catalog.=) v.id",
						  registration);
	return any ? sql.data : "";
}

/* An array of what a function makes of each row; NULL where it is false. */
static Datum
array_of(const ScimInspectedRow *rows, int count, Oid type, int length, bool by_value, char align,
		 bool (*value_of) (const ScimInspectedRow *row, Datum *value))
{
	Datum	   *values = palloc(count * sizeof(Datum));
	bool	   *nulls = palloc(count * sizeof(bool));
	int			lower = 1;

	for (int i = 0; i < count; i++)
		nulls[i] = !value_of(&rows[i], &values[i]);
	return PointerGetDatum(construct_md_array(values, nulls, 1, &count, &lower, type,
											  length, by_value, align));
}

static bool
version_value(const ScimInspectedRow *row, Datum *value)
{
	*value = CStringGetTextDatum(row->version);
	return true;
}

static bool
count_value(const ScimInspectedRow *row, Datum *value)
{
	*value = Int64GetDatum(row->members.count);
	return true;
}

static bool
digest_value(const ScimInspectedRow *row, Datum *value)
{
	bytea	   *bytes = palloc(VARHDRSZ + SCIM_DIGEST_SIZE);

	SET_VARSIZE(bytes, VARHDRSZ + SCIM_DIGEST_SIZE);
	memcpy(VARDATA(bytes), row->members.digest, SCIM_DIGEST_SIZE);
	*value = PointerGetDatum(bytes);
	return true;
}

static bool
data_value(const ScimInspectedRow *row, Datum *value)
{
	*value = row->tidied ? JsonbPGetDatum(row->tidied) : (Datum) 0;
	return row->tidied != NULL;
}

/* An UPDATE of which our row trigger is to know. */
typedef struct Refilling
{
	const ScimRegistration *registration;
	const char *sql;
	int			nargs;
	Oid		   *types;
	Datum	   *values;
} Refilling;

static void
run_update(void *argument)
{
	const Refilling *update = argument;
	int			result;

	result = scim_run_by_index(update->sql, update->nargs, update->types, update->values, NULL,
							   false);
	if (result != SPI_OK_UPDATE)
		elog(ERROR, "could not execute \"%s\": %s", update->sql, SPI_result_code_string(result));
}

/* Returns how many rows were written. */
static uint64
refill(Refilling *update)
{
	ScimFrame	frame = {SCIM_REFILL_FRAME, update->registration->root};

	scim_run_in_frame(&frame, run_update, update);
	return SPI_processed;
}

static uint64
write_rows(const ScimInspectedRow *rows, int count)
{
	const ScimRegistration *registration = rows[0].registration;
	char	   *sql = update_sql(registration, any_tidied(rows, count));
	Oid			types[6] = {[2] = TEXTARRAYOID, INT8ARRAYOID, BYTEAARRAYOID, JSONBARRAYOID};
	Datum		values[6];

	if (sql[0] == '\0')
		return count;
	scim_key_types(registration, types);
	scim_stored_keys(rows, count, values);
	values[2] = array_of(rows, count, TEXTOID, -1, false, TYPALIGN_INT, version_value);
	values[3] = array_of(rows, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
						 count_value);
	values[4] = array_of(rows, count, BYTEAOID, -1, false, TYPALIGN_INT, digest_value);
	values[5] = array_of(rows, count, JSONBOID, -1, false, TYPALIGN_INT, data_value);
	return refill(&(Refilling) {registration, sql, 6, types, values});
}

void
scim_refill_rows(const ScimRegistration *registration, Datum keys[2], ScimRefill *result)
{
	int			count;
	ScimInspectedRow *rows = lock_rows(registration, keys, &count);

	scim_count_members(rows, count, true);
	count = compute_rows(rows, count);
	result->written = count > 0 ? write_rows(rows, count) : 0;
	result->kept = count - result->written;
}

uint64
scim_refill_table(const ScimRegistration *registration)
{
	StringInfoData sql;
	ScimRole	caller;
	uint64		written;

	initStringInfo(&sql);
	scim_append_statement(&sql, "UPDATE {table} AS r SET {version} = NULL WHERE " SCIM_HAS_DOCUMENT,
						  registration);
	scim_act_as(registration->owner, &caller);
	written = refill(&(Refilling) {registration, sql.data});
	scim_act_as_before(&caller);
	return written;
}
