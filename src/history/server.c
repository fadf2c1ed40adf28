/*
 * server.c
 *		Whose transactions the history's xids are.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "history/place.h"
#include "history/sequence.h"
#include "history/server.h"
#include "miscadmin.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

/* Its columns, in their order. */
enum
{
	SYSTEM_IDENTIFIER = 1,
	DATABASE_OID,
	SEQ
};

static Oid	column_types[] = {INT8OID, OIDOID, INT8OID};

/* ---- what was decided ---- */

bool
scim_is_this_server(const ScimHistoryServer *server)
{
	return server->system_identifier == GetSystemIdentifier() && server->database == MyDatabaseId;
}

/* What the row says, if it is about this server. */
static bool
read_row(HeapTuple row, TupleDesc descriptor, int64 *floor)
{
	bool		nulls[3];
	ScimHistoryServer server = {
		.system_identifier = DatumGetInt64(heap_getattr(row, SYSTEM_IDENTIFIER, descriptor,
														&nulls[0])),
		.database = DatumGetObjectId(heap_getattr(row, DATABASE_OID, descriptor, &nulls[1])),
		.floor = DatumGetInt64(heap_getattr(row, SEQ, descriptor, &nulls[2]))
	};

	if (nulls[0] || nulls[1] || nulls[2] || !scim_is_this_server(&server))
		return false;
	*floor = Max(*floor, server.floor);
	return true;
}

/* Are all rows, and there are some, about this server?  NULL: what is committed, by now. */
static bool
read_decided(Relation table, Snapshot snapshot, int64 *floor)
{
	SysScanDesc scan = systable_beginscan(table, InvalidOid, false, snapshot, 0, NULL);
	int			count = 0;
	bool		decided = true;
	HeapTuple	row;

	*floor = 0;
	while (decided && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		decided = read_row(row, RelationGetDescr(table), floor);
		count++;
	}
	systable_endscan(scan);
	return decided && count > 0;
}

/* ---- snapshots of before ---- */

/* A transaction that keeps its snapshot must have taken it after that was decided. */
static void
check_snapshot(Relation table, int64 floor)
{
	int64		found;

	if (IsolationUsesXactSnapshot() &&
		(!read_decided(table, GetTransactionSnapshot(), &found) || found != floor))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: where the history goes on in this server "
						"was noted meanwhile"),
				 errhint("Begin the transaction anew.")));
}

/*
 * Nobody writes the history any more: has anybody done so since the snapshot that the
 * transaction keeps?  Not if no transaction has ended.
 */
static void
check_nothing_ended(void)
{
	Snapshot	own;
	Snapshot	latest;

	if (!IsolationUsesXactSnapshot())
		return;
	own = GetTransactionSnapshot();
	latest = GetLatestSnapshot();
	if (own->xmax != latest->xmax || own->xcnt != latest->xcnt)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: where the history goes on in this server "
						"is yet to be noted, and transactions have ended since this one began"),
				 errhint("Ask once in a transaction that is READ COMMITTED.")));
}

/* ---- deciding ---- */

static void
require_writable(void)
{
	if (XactReadOnly)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("the history came from another server, and it is yet to be noted where "
						"it goes on in this one"),
				 errhint("Ask once in a transaction that may write.")));
}

/*
 * The transaction's own first row, which is of this server, and none that everybody
 * sees: it may have written before it asked.  PG_INT64_MAX: it has none.
 */
static int64
first_own_seq(void)
{
	FullTransactionId own = GetTopFullTransactionIdIfAny();
	int64		first = PG_INT64_MAX;
	Relation	table;
	Relation	index;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	row;

	if (!FullTransactionIdIsValid(own))
		return first;
	table = scim_open_history_table(AccessShareLock);
	index = index_open(scim_history_index(table, SCIM_BY_XID), AccessShareLock);
	ScanKeyInit(&key, SCIM_ENTRY_NUMBER(SCIM_ENTRY_XID), BTEqualStrategyNumber, F_XID8EQ,
				FullTransactionIdGetDatum(own));
	scan = systable_beginscan_ordered(table, index, NULL, 1, &key);
	while (first == PG_INT64_MAX &&
		   HeapTupleIsValid(row = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		bool		isnull;
		Datum		seq = heap_getattr(row, SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ),
									   RelationGetDescr(table), &isnull);

		CHECK_FOR_INTERRUPTS();
		/* the xid of one that was restored may be the same by chance */
		if (!isnull &&
			TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(row->t_data)))
			first = DatumGetInt64(seq);
	}
	systable_endscan_ordered(scan);
	index_close(index, NoLock);
	table_close(table, NoLock);
	return first;
}

static void
write_decision(int64 floor)
{
	Datum		values[] = {
		Int64GetDatum((int64) GetSystemIdentifier()), ObjectIdGetDatum(MyDatabaseId),
		Int64GetDatum(floor)
	};
	MemoryContext caller = CurrentMemoryContext;
	ScimRole	role;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	scim_act_as_owner_of(scim_history_server_table(), &role);
	scim_run_own("DELETE FROM %s.scim_history_server", 0, NULL, NULL, NULL, false);
	scim_run_own("INSERT INTO %s.scim_history_server (system_identifier, database_oid, seq)"
				 " VALUES ($1, $2, $3)", lengthof(column_types), column_types, values, NULL, false);
	scim_act_as_before(&role);
	SPI_finish();
	MemoryContextSwitchTo(caller);
	CommandCounterIncrement();
}

static bool
has_written(void)
{
	Relation	rows = scim_open_history_table(AccessShareLock);
	bool		has = CheckRelationLockedByMe(rows, RowExclusiveLock, false);

	table_close(rows, NoLock);
	return has;
}

/*
 * Whoever writes the history has locked it until his transaction ends, and has taken
 * his xid and seq under that lock; so under this one all rows up to the last
 * seq are there.
 *
 * Of those who decide, one waits for the other, before he stands in the way of who
 * writes.  Who has written is waited for anyhow, and waits for none of them, as
 * both would wait for ever.  True: it was decided meanwhile.
 */
static bool
lock_history(Relation table, int64 *floor)
{
	if (!has_written())
	{
		LockRelationOid(RelationGetRelid(table), ShareUpdateExclusiveLock);
		if (read_decided(table, NULL, floor))
			return true;
	}
	LockRelationOid(scim_history_table(), ShareLock);
	return read_decided(table, NULL, floor);
}

static void
decide(Relation table, int64 *floor)
{
	int64		first_own;

	require_writable();
	/* what the statement itself has written is its own as well */
	CommandCounterIncrement();
	if (lock_history(table, floor))
		return;
	check_nothing_ended();
	first_own = first_own_seq();
	write_decision(Min(scim_last_seq(), Max(first_own, PG_INT64_MIN + 1) - 1));
	/* its owner may have put there what suppresses a statement */
	if (!read_decided(table, NULL, floor))
		scim_throw_not_kept(RelationGetRelationName(table));
}

static void
require_primary(void)
{
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a standby does not know which transactions are running"),
				 errhint("Ask the primary.")));
}

static Relation
open_server_table(void)
{
	Oid			relid = scim_history_server_table();
	Relation	table;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that has no history", "scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	table = table_open(relid, AccessShareLock);
	scim_check_columns(table, column_types, lengthof(column_types));
	return table;
}

ScimHistoryServer
scim_history_server(void)
{
	ScimHistoryServer server = {GetSystemIdentifier(), MyDatabaseId};
	Relation	table;

	require_primary();
	table = open_server_table();
	if (!read_decided(table, NULL, &server.floor))
		decide(table, &server.floor);
	check_snapshot(table, server.floor);
	table_close(table, NoLock);
	return server;
}

uint32
scim_timeline(void)
{
	require_primary();
	return scim_insertion_timeline();
}
