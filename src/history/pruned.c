/*
 * pruned.c
 *		What of a tenant's history is not kept any more.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "history/place.h"
#include "history/pruned.h"
#include "miscadmin.h"
#include "statement/own_table.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

/* Its columns, in their order. */
enum
{
	TENANT = 1,
	SEQ,
	XID,
	SNAPSHOT
};

static const Oid column_types[] = {TEXTOID, INT8OID, XID8OID, PG_SNAPSHOTOID};

/* ---- reading ---- */

/* That of tenants; InvalidOid: it is not what it was. */
static Oid
find_index(Relation table)
{
	Relation	index;
	Oid			found;
	bool		is_it;

	list_free(RelationGetIndexList(table));
	found = table->rd_pkindex;
	if (!OidIsValid(found))
		return InvalidOid;
	index = index_open(found, AccessShareLock);
	is_it = index->rd_index->indnkeyatts == 1 && index->rd_index->indkey.values[0] == TENANT &&
		index->rd_indcollation[0] == C_COLLATION_OID;
	index_close(index, NoLock);
	return is_it ? found : InvalidOid;
}

static uint64
xid_of(Datum xid8)
{
	return U64FromFullTransactionId(DatumGetFullTransactionId(xid8));
}

/* A value that each row has, unless the table's owner has allowed that it has not. */
static Datum
value_of(HeapTuple row, AttrNumber column, Relation table)
{
	bool		isnull;
	Datum		value = heap_getattr(row, column, RelationGetDescr(table), &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("table \"%s\" has a row without a value in column \"%s\"",
						RelationGetRelationName(table),
						NameStr(TupleDescAttr(RelationGetDescr(table), column - 1)->attname))));
	return value;
}

static ScimPruned
read_row(HeapTuple row, Relation table)
{
	Datum		snapshot = value_of(row, SNAPSHOT, table);

	return (ScimPruned)
	{
		.seq = DatumGetInt64(value_of(row, SEQ, table)),
			.xid = xid_of(value_of(row, XID, table)),
			.snapshot = PointerGetDatum(PG_DETOAST_DATUM_COPY(snapshot)),
			.xmax = xid_of(DirectFunctionCall1(pg_snapshot_xmax, snapshot))
	};
}

ScimPruned
scim_read_pruned(const char *tenant)
{
	ScimPruned	pruned = {0};
	Relation	table = table_open(scim_history_pruned_table(), AccessShareLock);
	Oid			index;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	row;

	scim_check_columns(table, column_types, lengthof(column_types));
	index = find_index(table);
	ScanKeyEntryInitialize(&key, 0, TENANT, BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(tenant));
	scan = systable_beginscan(table, index, OidIsValid(index), GetActiveSnapshot(), 1, &key);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
		pruned = read_row(row, table);
	systable_endscan(scan);
	table_close(table, NoLock);
	return pruned;
}

/* ---- what was lost ---- */

/* Had it committed when rows went?  Or it was undone, and had none. */
static bool
had_ended(const ScimPruned *pruned, uint64 xid)
{
	Datum		value = FullTransactionIdGetDatum(FullTransactionIdFromU64(xid));

	return DatumGetBool(DirectFunctionCall2(pg_visible_in_snapshot, value, pruned->snapshot));
}

/* Had any of these, from the first one on, before the last one? */
static bool
had_any_ended(const ScimPruned *pruned, uint64 from, uint64 before)
{
	/* all that the snapshot does not show stand in it, so that it ends soon */
	for (uint64 xid = from; xid < Min(before, pruned->xmax); xid++)
	{
		CHECK_FOR_INTERRUPTS();
		if (had_ended(pruned, xid))
			return true;
	}
	return false;
}

bool
scim_lost_unseen(const ScimPruned *pruned, const ScimSeen *seen)
{
	/* what came from another server was seen by all */
	if (pruned->seq <= seen->server.floor)
		return false;
	for (int i = 0; i < seen->running_count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (seen->running[i] <= pruned->xid && had_ended(pruned, seen->running[i]))
			return true;
	}
	return had_any_ended(pruned, seen->xmax, Min(seen->next, pruned->xid + 1));
}
