/*
 * prune.c
 *		CALL scim_prune_history: deletes the history that is older than it is to be
 *		kept.
 *
 * It goes from tenant to tenant (prune_tenant.c).  Each batch is a transaction of its
 * own, in which rows are deleted by the primary key: writers of the history only insert,
 * so none waits, and what was ended in between goes on with the next call.  Nor is
 * there any hurry: between batches it rests, so that writers have processor and
 * disk for themselves most of the time.
 *
 * What is sealed must not go while it is sealed, or the seal would be of rows that are
 * gone.  So a batch holds the lock that a sealer needs, who comes again later; and sees
 * what was committed before it had the lock, whatever isolation level is the default.
 * Where there are seals, the call begins with sealing, so that what is old
 * is sealed.
 *
 * Then go the keys by which calls were named, whether any table has a history or not.
 *
 * The caller needs nothing but the right to call it: the statements, which are
 * fixed, run as the owner of the table.
 */
#include "postgres.h"

#include "access/table.h"
#include "audit/prune_keys.h"
#include "audit/prune_tenant.h"
#include "audit/seal.h"
#include "audit/seals.h"
#include "base/errors.h"
#include "base/procedure.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/place.h"
#include "history/server.h"
#include "miscadmin.h"
#include "statement/own.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/guc.h"
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
	ScimTenantPruning *tenant;	/* that it is at; NULL: none yet */
	bool		is_done;		/* with that tenant */
	int64		floor;			/* the xids of rows up to that one mean nothing */
	uint64		deleted;
	uint64		deleted_keys;
	TimestampTz said;
} Prune;

/* ---- statements ---- */

static void
begin_tenant(Prune *prune, const char *name)
{
	MemoryContext old = MemoryContextSwitchTo(prune->context);

	if (prune->tenant)
		scim_end_pruning(prune->tenant);
	prune->tenant = scim_begin_pruning(name, prune->young);
	prune->is_done = false;
	MemoryContextSwitchTo(old);
}

/* The next tenant, by one look into the index, whatever he has; false: there is none. */
static bool
next_tenant(Prune *prune)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {
		prune->tenant ? CStringGetTextDatum(prune->tenant->tenant) : (Datum) 0
	};
	uint64		count = prune->tenant
	? scim_run_own("SELECT tenant_id FROM ONLY %s.scim_history_rows WHERE tenant_id" SQL_OP(">")
				   "$1 ORDER BY tenant_id LIMIT 1", 1, types, values, NULL, false)
	: scim_run_own("SELECT tenant_id FROM ONLY %s.scim_history_rows WHERE tenant_id IS NOT NULL"
				   " ORDER BY tenant_id LIMIT 1", 0, NULL, NULL, NULL, false);
	SPITupleTable *found = SPI_tuptable;
	bool		isnull;

	if (count > 0)
		begin_tenant(prune, TextDatumGetCString(SPI_getbinval(found->vals[0], found->tupdesc, 1,
															  &isnull)));
	/* SPI keeps results until its end, and there may be very many tenants */
	SPI_freetuptable(found);
	return count > 0;
}

/*
 * Nobody seals, nor prunes, until the transaction ends; who does is waited for.  If whose
 * server it is was decided anew meanwhile, that is another row.
 */
static void
lock_out_others(void)
{
	const char *lock = "SELECT FROM %s.scim_history_server FOR UPDATE";

	if (scim_run_own(lock, 0, NULL, NULL, NULL, false) == 0)
		scim_run_own(lock, 0, NULL, NULL, NULL, false);
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
		count = scim_prune_rows(prune->tenant, left, prune->floor, &prune->is_done);
		prune->deleted += count;
		left -= count;
	}
	return true;
}

/*
 * Does a part of the work, as the owner, and commits it; what it returns.  By then the
 * caller is himself again.  Each statement has a new snapshot.
 */
static bool
run_transaction(Prune *prune, bool (*work) (Prune *prune))
{
	MemoryContext scratch = AllocSetContextCreate(prune->context, "scimver batch",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	ScimRole	caller;
	bool		more;

	(void) set_config_option("transaction_isolation", "read committed", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	prune->floor = scim_history_server().floor;
	/* its columns are those that are read here */
	table_close(scim_open_history_table(AccessShareLock), NoLock);
	PushActiveSnapshot(GetTransactionSnapshot());
	scim_act_as_owner_of(scim_history_table(), &caller);
	more = work(prune);
	scim_act_as_before(&caller);
	PopActiveSnapshot();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	SPI_commit();
	return more;
}

/* As many rows as make a batch; false if it was the last. */
static bool
run_batch(Prune *prune)
{
	lock_out_others();
	return delete_batch(prune);
}

/* The same of keys, which nobody seals. */
static bool
run_keys_batch(Prune *prune)
{
	int			count = scim_prune_keys(prune->young, prune->batch_size);

	prune->deleted_keys += count;
	return count == prune->batch_size;
}

/* Where there are seals, all goes by them; true: there is more to seal. */
static bool
seal_first(Prune *prune)
{
	bool		is_cut = false;

	PreventCommandIfReadOnly("scim_prune_history()");
	/* who seals at the moment is waited for: he may make the first seals, or leave something */
	lock_out_others();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (scim_has_seals())
		(void) scim_seal_new_rows(&is_cut);
	PopActiveSnapshot();
	return is_cut;
}

/* One after the other, until there are no more. */
static void
run_batches(Prune *prune, bool (*batch) (Prune *prune))
{
	for (TimestampTz began = GetCurrentTimestamp(); run_transaction(prune, batch);
		 began = GetCurrentTimestamp())
	{
		say_progress(prune);
		rest(began);
	}
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
	Prune		prune = {.is_done = true};	/* with no tenant */

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
	/* what comes is no transaction of the caller's, which may have a snapshot by now */
	SPI_commit();
	while (run_transaction(&prune, seal_first))
		CHECK_FOR_INTERRUPTS();
	run_batches(&prune, run_batch);
	run_batches(&prune, run_keys_batch);
	SPI_finish();
	ereport(NOTICE, (errmsg("history: " UINT64_FORMAT " rows deleted", prune.deleted)));
	if (prune.deleted_keys > 0)
		ereport(NOTICE, (errmsg("idempotency keys: " UINT64_FORMAT " deleted",
								prune.deleted_keys)));
	PG_RETURN_VOID();
}
