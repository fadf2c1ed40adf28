/*
 * backfill.c
 *		CALL scim_backfill: fills what rows that were there before their table
 *		was registered lack: versions, revisions, groups' counts and digests.
 *
 * It walks along the unique index of the ids.  Each batch is a transaction of
 * its own: the next rows that lack something are found without a lock, locked
 * in the order in which all lock, read again, and written by one statement.
 * So a writer waits for one batch at most, and a backfill that was ended in
 * between goes on where something is lacking.
 *
 * A batch that meets a deadlock, or a concurrent change above READ COMMITTED,
 * is tried again.  Where a row's own triggers or constraints refuse it, the
 * batch is taken row by row, and that row is warned of and left as it is.
 */
#include "postgres.h"

#include "access/relation.h"
#include "admin/inspect_registration.h"
#include "admin/visit_rows.h"
#include "base/errors.h"
#include "base/procedure.h"
#include "base/protect.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/index.h"
#include "statement/parameters.h"
#include "statement/sql.h"
#include "statement/text.h"
#include "trigger/refill.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(scim_backfill);

#define MOST_ROWS 100000

/* Of groups, whose members are counted under the lock, a batch holds fewer. */
#define GROUPS_SHARE 20

/* So often it says how far it is. */
#define SAY_EVERY_MS 1000

/* A backfill under way; it outlives its transactions. */
typedef struct Backfill
{
	Oid			relid;			/* as given */
	int			batch_size;
	MemoryContext context;
	char	   *tenant;			/* of the last row that was looked at */
	char	   *id;				/* NULL: none was */
	uint64		filled;
	uint64		kept;			/* their own triggers kept them as they were */
	uint64		refused;		/* with an error */
	TimestampTz said;
} Backfill;

/* One batch. */
typedef struct Batch
{
	const ScimRegistration *registration;
	Datum	   *tenants;		/* NULL: the table has no column of them */
	Datum	   *ids;
	int			count;			/* rows that lack something */
	char	   *last_tenant;	/* of the last row that was looked at */
	char	   *last_id;		/* NULL: there is none any more */
	Datum		keys[2];		/* of those to be filled now */
	ScimRefill	result;
} Batch;

/* ---- finding rows ---- */

/* The columns of the key in the order of its index. */
static void
key_columns(const ScimRegistration *registration, const char *names[2], int *count)
{
	Relation	relation = relation_open(registration->relid, AccessShareLock);
	AttrNumber	tenant = registration->numbers[SCIM_COLUMN_TENANT];
	AttrNumber	numbers[2];

	if (!OidIsValid(scim_id_index(registration, relation, numbers, count)))
	{
		/* slow without it, but right */
		*count = tenant != InvalidAttrNumber ? 2 : 1;
		numbers[0] = tenant;
		numbers[*count - 1] = registration->numbers[SCIM_COLUMN_ID];
	}
	for (int i = 0; i < *count; i++)
		names[i] = registration
			->columns[numbers[i] == tenant ? SCIM_COLUMN_TENANT : SCIM_COLUMN_ID];
	relation_close(relation, NoLock);
}

/* The rows behind the last one, in the order of the index. */
static void
append_walk(StringInfo sql, const ScimRegistration *registration, bool begun)
{
	const char *names[2];
	int			count;

	key_columns(registration, names, &count);
	if (begun && count == 1)
		appendStringInfo(sql, " AND r.%s OPERATOR(pg_catalog.>) $2", names[0]);
	else if (begun)
	{
		bool		tenant_first = names[0] == registration->columns[SCIM_COLUMN_TENANT];

		appendStringInfo(sql, " AND (r.%s, r.%s) OPERATOR(pg_catalog.>) (%s)", names[0], names[1],
						 tenant_first ? "$1, $2" : "$2, $1");
	}
	appendStringInfo(sql, " ORDER BY r.%s", names[0]);
	if (count > 1)
		appendStringInfo(sql, ", r.%s", names[1]);
}

/* Is one of the columns empty that are to be filled? */
static char *
is_empty_sql(const ScimRegistration *registration)
{
	static const ScimColumn columns[] = {SCIM_COLUMN_VERSION, SCIM_COLUMN_REVISION,
	SCIM_COLUMN_MEMBER_COUNT, SCIM_COLUMN_MEMBER_DIGEST};
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "(false");
	for (size_t i = 0; i < lengthof(columns); i++)
	{
		if (registration->columns[columns[i]])
			appendStringInfo(&sql, " OR r.%s IS NULL", registration->columns[columns[i]]);
	}
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

/* Tenant and id of the next rows that lack something. */
static char *
next_sql(const ScimRegistration *registration, const Backfill *backfill)
{
	StringInfoData sql;

	initStringInfo(&sql);
	scim_append_statement(&sql,
						  registration->tenant_type ? "SELECT r.{tenant}, r.{id}"
						  : "SELECT NULL, r.{id}",
						  registration);
	scim_append_statement(&sql,
						  " FROM {table} AS r WHERE {?tenant:r.{tenant} IS NOT NULL AND }r.{id} IS "
						  "NOT NULL",
						  registration);
	appendStringInfo(&sql, " AND %s", is_empty_sql(registration));
	append_walk(&sql, registration, backfill->id != NULL);
	appendStringInfo(&sql, " LIMIT %d", backfill->batch_size);
	return sql.data;
}

/* Takes the rows of SPI_tuptable. */
static void
take_rows(Batch *batch)
{
	const ScimRegistration *registration = batch->registration;
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	SPITupleTable *table = SPI_tuptable;
	uint64		count = SPI_processed;

	batch->tenants = registration->tenant_type ? palloc(Max(count, 1) * sizeof(Datum)) : NULL;
	batch->ids = palloc(Max(count, 1) * sizeof(Datum));
	for (uint64 i = 0; i < count; i++)
	{
		Datum		values[2];
		bool		nulls[2];

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(heap_copytuple(table->vals[i]), descriptor, values, nulls);
		batch->last_tenant = batch->tenants ? scim_id_text(registration->tenant_type, values[0])
			: NULL;
		batch->last_id = scim_id_text(registration->id_type, values[1]);
		if (batch->tenants)
			batch->tenants[batch->count] = values[0];
		batch->ids[batch->count++] = values[1];
	}
	SPI_freetuptable(table);
}

static void
find_rows(const Backfill *backfill, Batch *batch)
{
	const ScimRegistration *registration = batch->registration;
	char	   *sql = next_sql(registration, backfill);
	Oid			types[2] = {scim_tenant_parameter(registration), registration->id_type->type};
	Datum		values[2] = {0};
	char		nulls[] = "nn";
	int			result;

	if (backfill->tenant)
	{
		values[0] = scim_tenant_datum(registration, backfill->tenant);
		nulls[0] = ' ';
	}
	if (backfill->id)
	{
		values[1] = scim_id_datum(registration, backfill->id);
		nulls[1] = ' ';
	}
	result = scim_run_by_index(sql, 2, types, values, nulls, true);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
	take_rows(batch);
}

/* ---- filling them ---- */

static void
fill(void *argument)
{
	Batch	   *batch = argument;

	scim_refill_rows(batch->registration, batch->keys, &batch->result);
}

/* Another transaction was in the way; the same may go well now. */
static bool
may_be_retried(const ErrorData *error)
{
	return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TRANSACTION_ROLLBACK;
}

/* Is it the row's own fault, and not that of the backfill? */
static bool
is_of_the_row(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return scim_is_ours(error) || category == ERRCODE_DATA_EXCEPTION ||
		category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		category == ERRCODE_TO_CATEGORY(ERRCODE_RAISE_EXCEPTION);
}

static void
count_result(Backfill *backfill, const Batch *batch)
{
	backfill->filled += batch->result.written;
	backfill->kept += batch->result.kept;
}

static void
warn_of_row(const Batch *batch, int i, const ErrorData *error)
{
	const ScimRegistration *registration = batch->registration;

	ereport(WARNING,
			(errcode(error->sqlerrcode), errmsg("row %s of table %s is left as it is: %s",
												scim_id_text(registration->id_type, batch->ids[i]),
												registration->table, error->message)));
}

/* What became of rows that were to be filled. */
typedef enum Outcome
{
	FILLED,
	TO_BE_RETRIED,
	REFUSED						/* one of them at least */
} Outcome;

/* Fills the rows of the batch's keys; *error tells why they are refused. */
static Outcome
try_to_fill(Backfill *backfill, Batch *batch, ErrorData **error)
{
	*error = scim_protect(fill, batch);
	if (*error == NULL)
	{
		count_result(backfill, batch);
		return FILLED;
	}
	if (may_be_retried(*error))
		return TO_BE_RETRIED;
	if (!is_of_the_row(*error))
		ReThrowError(*error);
	return REFUSED;
}

/* Row by row; false if the batch is to be tried again. */
static bool
fill_one_by_one(Backfill *backfill, Batch *batch)
{
	for (int i = 0; i < batch->count; i++)
	{
		ErrorData  *error;
		Outcome		outcome;

		CHECK_FOR_INTERRUPTS();
		scim_key_arrays(batch->registration, batch->tenants ? &batch->tenants[i] : NULL,
						&batch->ids[i], 1, batch->keys);
		outcome = try_to_fill(backfill, batch, &error);
		if (outcome == TO_BE_RETRIED)
			return false;
		if (outcome == FILLED)
			continue;
		backfill->refused++;
		warn_of_row(batch, i, error);
	}
	return true;
}

static bool
fill_batch(Backfill *backfill, Batch *batch)
{
	ErrorData  *error;
	Outcome		outcome;

	if (batch->count == 0)
		return true;
	scim_key_arrays(batch->registration, batch->tenants, batch->ids, batch->count, batch->keys);
	outcome = try_to_fill(backfill, batch, &error);
	return outcome == REFUSED ? fill_one_by_one(backfill, batch) : outcome == FILLED;
}

/* ---- the walk ---- */

/* The table, as it is registered now; PERMISSION_DENIED if rows may be hidden. */
static const ScimRegistration *
find_registration(const Backfill *backfill)
{
	ScimTables	tables;
	const ScimRegistration *registration;

	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(backfill->relid)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", backfill->relid)));
	tables = scim_tables_of(backfill->relid);
	registration = scim_find_table(tables.type);
	if (registration == NULL)
		scim_throw(scim_error(SCIM_UNREGISTERED_RELATION),
				   "the table of type %s is not registered any more", tables.type->name);
	scim_refuse_hidden_rows(registration);
	return registration;
}

static void
move_on(Backfill *backfill, const Batch *batch)
{
	MemoryContext old = MemoryContextSwitchTo(backfill->context);

	if (backfill->id)
		pfree(backfill->id);
	if (backfill->tenant)
		pfree(backfill->tenant);
	backfill->tenant = batch->last_tenant ? pstrdup(batch->last_tenant) : NULL;
	backfill->id = pstrdup(batch->last_id);
	MemoryContextSwitchTo(old);
}

static void
say_progress(Backfill *backfill, const ScimRegistration *registration)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!TimestampDifferenceExceeds(backfill->said, now, SAY_EVERY_MS))
		return;
	backfill->said = now;
	ereport(NOTICE, (errmsg("table %s: " UINT64_FORMAT " rows filled so far", registration->table,
							backfill->filled)));
}

static void
say_end(const Backfill *backfill, const ScimRegistration *registration)
{
	ereport(NOTICE, (errmsg("table %s: " UINT64_FORMAT " rows filled", registration->table,
							backfill->filled),
					 backfill->kept + backfill->refused == 0
					 ? 0
					 : errdetail("Triggers, rules or constraints of the table "
								 "left " UINT64_FORMAT " rows as they were.",
								 backfill->kept + backfill->refused)));
}

/* A batch and its commit; false if it was the last. */
static bool
run_batch(Backfill *backfill)
{
	MemoryContext scratch = AllocSetContextCreate(backfill->context, "scimver batch",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Batch		batch = {0};
	bool		more;

	PushActiveSnapshot(GetTransactionSnapshot());
	batch.registration = find_registration(backfill);
	find_rows(backfill, &batch);
	more = batch.last_id != NULL;
	if (!more)
		say_end(backfill, batch.registration);
	else if (fill_batch(backfill, &batch))
	{
		move_on(backfill, &batch);
		say_progress(backfill, batch.registration);
	}
	PopActiveSnapshot();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	SPI_commit();
	return more;
}

static void
check_arguments(FunctionCallInfo fcinfo)
{
	scim_require_commits(fcinfo, "scim_backfill");
	if (PG_ARGISNULL(0))
		scim_throw_path(SCIM_BAD_PARAMETER, "relation", "relation must not be null");
	if (PG_ARGISNULL(1) || PG_GETARG_INT32(1) < 1 || PG_GETARG_INT32(1) > MOST_ROWS)
		scim_throw_path(SCIM_BAD_PARAMETER, "batch_size", "batch_size must be between 1 and %d",
						MOST_ROWS);
}

/*
 * scim_backfill(relation regclass, batch_size int): a procedure.  The
 * application's own triggers fire, unless session_replication_role is replica.
 * Errors: NOT_REGISTERED, INVALID_VALUE, PERMISSION_DENIED if row level security
 * would hide rows; 25001 in a transaction block; 55P03 by lock_timeout, as
 * with all errors without harm to the batches before.
 */
Datum
scim_backfill(PG_FUNCTION_ARGS)
{
	Backfill	backfill = {0};

	check_arguments(fcinfo);
	backfill.relid = PG_GETARG_OID(0);
	backfill.batch_size = PG_GETARG_INT32(1);
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	backfill.context = AllocSetContextCreate(CurrentMemoryContext, "scimver backfill",
											 ALLOCSET_DEFAULT_SIZES);
	backfill.said = GetCurrentTimestamp();
	if (find_registration(&backfill)->type->has_members)
		backfill.batch_size = Max(backfill.batch_size / GROUPS_SHARE, 1);
	while (run_batch(&backfill))
		CHECK_FOR_INTERRUPTS();
	SPI_finish();
	PG_RETURN_VOID();
}
