/*
 * prune.c
 *		CALL scim_prune_history: deletes the history that is older than it is to be
 *		kept.
 *
 * It goes from tenant to tenant, and in each along the primary key, the oldest
 * first, up to the first row that is young enough.  A row's "at" is never taken
 * for an order: where the clock was set back, rows behind that one may be older,
 * and stay until it is their turn; where it was ahead, rows stay as long as the
 * clock needs to catch up.  What is kept is so a whole stretch up to now, which
 * alone can be read backwards.
 *
 * Each batch is a transaction of its own, in which rows are deleted by the
 * primary key and nothing else is locked: writers of the history only insert, so
 * none waits, and what was ended in between goes on with the next call.  Nor is
 * there any hurry: between batches it rests, so that writers have processor and
 * disk for themselves most of the time.
 *
 * In each call a tenant is begun with the first row that there is, not with the
 * one behind the last that went (scim_history_pruned): a transaction that was
 * open for very long may have brought a row since that has a smaller number.
 *
 * The caller needs nothing but the right to call it: the statements, which are
 * fixed, run as the owner of the table.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/procedure.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/place.h"
#include "miscadmin.h"
#include "registry/extension.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(scim_prune_history);

#define MOST_ROWS 1000000

/* A batch that finds little to delete looks at no more tenants than this. */
#define MOST_TENANTS 1000

/* It rests so many times as long as a batch took, and no longer than this. */
#define REST_SHARE 4
#define MOST_REST_MS 2000

/* So often it says how far it is. */
#define SAY_EVERY_MS 1000

/* A call under way; it outlives its transactions. */
typedef struct Prune
{
	TimestampTz young;			/* rows of then and later are kept */
	int			batch_size;
	MemoryContext context;
	char	   *tenant;			/* that it is at; NULL: none yet */
	bool		is_done;		/* with that tenant */
	int64		floor;			/* the xids of rows up to that one mean nothing */
	int64		behind;			/* up to this seq it has deleted of that tenant in this call */
	uint64		deleted;
	TimestampTz said;
} Prune;

/* ---- statements ---- */

/* Runs a statement on the tables of the history, as their owner; %s is their schema. */
static uint64
run(const char *text, int nargs, Oid *types, Datum *values)
{
	char	   *sql = psprintf(text, scim_extension_schema("scimver"));
	int			result = scim_run_by_index(sql, nargs, types, values, NULL, false);

	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
	return SPI_processed;
}

/* The column of the one row that it returned. */
static Datum
result_value(bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
}

/* The next tenant, by one look into the index, whatever he has; false: there is none. */
static bool
next_tenant(Prune *prune)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {prune->tenant ? CStringGetTextDatum(prune->tenant) : (Datum) 0};
	uint64		count = prune->tenant
	? run("SELECT tenant_id FROM %s.scim_history_rows WHERE tenant_id" SQL_OP(">")
		  "$1 ORDER BY tenant_id LIMIT 1", 1, types, values)
	: run("SELECT tenant_id FROM %s.scim_history_rows ORDER BY tenant_id LIMIT 1",
		  0, NULL, NULL);
	bool		isnull;

	if (count > 0)
	{
		if (prune->tenant)
			pfree(prune->tenant);
		prune->tenant = MemoryContextStrdup(prune->context,
											TextDatumGetCString(result_value(&isnull)));
		prune->is_done = false;
		prune->behind = PG_INT64_MIN;
	}
	/* SPI keeps results until its end, and there may be very many tenants */
	SPI_freetuptable(SPI_tuptable);
	return count > 0;
}

/* Of the tenant's next rows, "most" at most, those before the first that is young: the last. */
static bool
find_last(const Prune *prune, int most, int64 *last)
{
	Oid			types[] = {TEXTOID, INT8OID, INT4OID, TIMESTAMPTZOID};
	Datum		values[] = {
		CStringGetTextDatum(prune->tenant),
		Int64GetDatum(prune->behind),
		Int32GetDatum(most),
		TimestampTzGetDatum(prune->young)
	};
	bool		isnull;

	run("SELECT pg_catalog.max(o.seq) FROM ("
		"SELECT n.seq, pg_catalog.bool_or(n.at" SQL_OP(">=") "$4) OVER (ORDER BY n.seq) AS young"
		" FROM (SELECT r.seq, r.at FROM %s.scim_history_rows AS r"
		" WHERE r.tenant_id" SQL_OP("=") "$1 AND r.seq" SQL_OP(">") "$2"
		" ORDER BY r.seq LIMIT $3) AS n) AS o WHERE NOT o.young", 4, types, values);
	*last = DatumGetInt64(result_value(&isnull));
	SPI_freetuptable(SPI_tuptable);
	return !isnull;
}

/*
 * Deletes the tenant's rows up to that one, and remembers it, with what a reader
 * asks who has not seen all of them: which transactions they were of; how many.
 */
static int64
delete_up_to(const Prune *prune, int64 last)
{
	Oid			types[] = {TEXTOID, INT8OID, INT8OID, INT8OID};
	Datum		values[] = {
		CStringGetTextDatum(prune->tenant),
		Int64GetDatum(prune->behind),
		Int64GetDatum(last),
		Int64GetDatum(prune->floor)
	};
	bool		isnull;
	int64		count;

	run("WITH gone AS (DELETE FROM %1$s.scim_history_rows WHERE tenant_id" SQL_OP("=") "$1"
		" AND seq" SQL_OP(">") "$2 AND seq" SQL_OP("<=") "$3 RETURNING seq, xid)"
		" INSERT INTO %1$s.scim_history_pruned AS p (tenant_id, seq, xid, snapshot, at)"
		" SELECT $1, $3, COALESCE((SELECT g.xid FROM gone AS g WHERE g.seq" SQL_OP(">") "$4"
		" ORDER BY g.xid DESC LIMIT 1), '0'), pg_catalog.pg_current_snapshot(),"
		" pg_catalog.clock_timestamp() ON CONFLICT (tenant_id) DO UPDATE"
		" SET seq = GREATEST(p.seq, excluded.seq), xid = CASE WHEN p.seq" SQL_OP("<=") "$4"
		" THEN excluded.xid ELSE GREATEST(p.xid, excluded.xid) END,"
		" snapshot = excluded.snapshot, at = excluded.at"
		" RETURNING (SELECT pg_catalog.count(*) FROM gone)", 4, types, values);
	count = DatumGetInt64(result_value(&isnull));
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/* Deletes the next rows of the tenant, "most" at most; how many. */
static int
delete_rows(Prune *prune, int most)
{
	int64		last;
	int64		count;

	if (!find_last(prune, most, &last))
	{
		prune->is_done = true;
		return 0;
	}
	count = delete_up_to(prune, last);
	prune->behind = last;
	return (int) count;
}

/* ---- batches ---- */

static void
say_progress(Prune *prune)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!TimestampDifferenceExceeds(prune->said, now, SAY_EVERY_MS))
		return;
	prune->said = now;
	ereport(NOTICE, (errmsg("history: " UINT64_FORMAT " rows deleted so far", prune->deleted)));
}

static void
rest(TimestampTz began)
{
	long		took = TimestampDifferenceMilliseconds(began, GetCurrentTimestamp());

	if (took > 0)
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 Min(REST_SHARE * took, MOST_REST_MS), PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* As many rows as make a batch; false if there are no more. */
static bool
delete_batch(Prune *prune)
{
	int			left = prune->batch_size;

	for (int tenants = 0; left > 0 && tenants < MOST_TENANTS;)
	{
		int			count;

		CHECK_FOR_INTERRUPTS();
		if (prune->is_done)
		{
			if (!next_tenant(prune))
				return false;
			tenants++;
		}
		count = delete_rows(prune, left);
		prune->deleted += count;
		left -= count;
	}
	return true;
}

/* A batch and its commit, before which the caller is himself again; false if it was the last. */
static bool
run_batch(Prune *prune)
{
	MemoryContext scratch = AllocSetContextCreate(prune->context, "scimver batch",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	ScimRole	caller;
	bool		more;

	PushActiveSnapshot(GetTransactionSnapshot());
	scim_act_as_owner_of(scim_history_table(), &caller);
	more = delete_batch(prune);
	scim_act_as_before(&caller);
	PopActiveSnapshot();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	SPI_commit();
	return more;
}

/* ---- the procedure ---- */

/* From when on rows are kept: an hour ago at the latest, as intervals of months and days go now. */
static TimestampTz
young_since(FunctionCallInfo fcinfo)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz young;

	if (PG_ARGISNULL(0))
		scim_throw_path(SCIM_BAD_PARAMETER, "keep", "keep must not be null");
	young = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval,
													TimestampTzGetDatum(now),
													PG_GETARG_DATUM(0)));
	if (young > now - USECS_PER_HOUR)
		scim_throw_path(SCIM_BAD_PARAMETER, "keep", "keep must be an hour or more");
	return young;
}

/*
 * scim_prune_history(keep interval, batch_size int): a procedure.  Errors:
 * INVALID_VALUE; 25001 in a transaction block; others without harm to the
 * batches before.
 */
Datum
scim_prune_history(PG_FUNCTION_ARGS)
{
	Prune		prune = {.is_done = true};

	PreventCommandDuringRecovery("scim_prune_history");
	scim_require_commits(fcinfo, "scim_prune_history");
	prune.young = young_since(fcinfo);
	if (PG_ARGISNULL(1) || PG_GETARG_INT32(1) < 1 || PG_GETARG_INT32(1) > MOST_ROWS)
		scim_throw_path(SCIM_BAD_PARAMETER, "batch_size", "batch_size must be between 1 and %d",
						MOST_ROWS);
	prune.batch_size = PG_GETARG_INT32(1);
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	prune.context = AllocSetContextCreate(CurrentMemoryContext, "scimver prune",
										  ALLOCSET_DEFAULT_SIZES);
	prune.said = GetCurrentTimestamp();
	for (TimestampTz began = prune.said; run_batch(&prune); began = GetCurrentTimestamp())
	{
		say_progress(&prune);
		rest(began);
	}
	SPI_finish();
	ereport(NOTICE, (errmsg("history: " UINT64_FORMAT " rows deleted", prune.deleted)));
	PG_RETURN_VOID();
}
