/*
 * extent.c
 *		From where to where the rows of a transaction go, as indexes have it.
 *
 * No row is looked at.  Those who ask do so for all transactions of a page, which mostly
 * stand side by side in the index by (xid, seq): one scan goes from each to the next
 * one, and only what is far away is looked up.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/itup.h"
#include "access/relscan.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "base/compat.h"
#include "history/extent.h"
#include "history/place.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

/* What is no farther than so many rows is gone to step by step. */
#define MOST_STEPS 8

struct ScimExtents
{
	Relation	relation;
	Relation	by_xid;
	Relation	by_resource;	/* NULL: not opened yet; so are these: */
	IndexScanDesc forward;		/* by xid */
	IndexScanDesc backward;
	IndexScanDesc of_resource;
	bool		has_row;		/* the scan is at a row: */
	uint64		xid;
	int64		seq;
};

ScimExtents *
scim_open_extents(void)
{
	ScimExtents *extents = palloc0(sizeof(ScimExtents));

	extents->relation = scim_open_history_table(AccessShareLock);
	if (extents->relation == NULL)
		elog(ERROR, "there is no history");
	extents->by_xid = index_open(scim_history_index(extents->relation, SCIM_BY_XID),
								 AccessShareLock);
	return extents;
}

static IndexScanDesc
begin_scan(ScimExtents *extents, Relation index, int key_count)
{
	IndexScanDesc scan = scim_begin_index_scan(extents->relation, index, GetActiveSnapshot(),
											   key_count);

	scan->xs_want_itup = true;
	return scan;
}

/* Goes to where the xid has its place, by that comparison. */
static void
look_up(IndexScanDesc scan, uint64 xid, StrategyNumber strategy, RegProcedure function)
{
	ScanKeyData key;

	ScanKeyInit(&key, 1, strategy, function,
				FullTransactionIdGetDatum(FullTransactionIdFromU64(xid)));
	index_rescan(scan, &key, 1, NULL, 0);
}

/* The next row of the scan; false: there is none. */
static bool
go_on(ScimExtents *extents, IndexScanDesc scan, ScanDirection direction)
{
	TupleDesc	descriptor = RelationGetDescr(extents->by_xid);
	bool		is_null[2];
	Datum		xid;
	Datum		seq;

	CHECK_FOR_INTERRUPTS();
	extents->has_row = index_getnext_tid(scan, direction) != NULL;
	if (!extents->has_row)
		return false;
	xid = index_getattr(scan->xs_itup, 1, descriptor, &is_null[0]);
	seq = index_getattr(scan->xs_itup, 2, descriptor, &is_null[1]);
	extents->xid = is_null[0] ? PG_UINT64_MAX
		: U64FromFullTransactionId(DatumGetFullTransactionId(xid));
	extents->seq = is_null[1] ? PG_INT64_MAX : DatumGetInt64(seq);
	return true;
}

/* Goes to the first row of the transaction. */
static void
go_to(ScimExtents *extents, uint64 xid)
{
	int			steps = 0;

	if (extents->forward == NULL)
		extents->forward = begin_scan(extents, extents->by_xid, 1);
	while (extents->has_row && extents->xid < xid && steps++ < MOST_STEPS)
		(void) go_on(extents, extents->forward, ForwardScanDirection);
	if (extents->has_row && extents->xid == xid)
		return;
	look_up(extents->forward, xid, BTGreaterEqualStrategyNumber, F_XID8GE);
	if (!go_on(extents, extents->forward, ForwardScanDirection) || extents->xid != xid)
		elog(ERROR, "transaction " UINT64_FORMAT " has no rows in the history", xid);
}

/* Of a transaction that has many. */
static int64
find_last(ScimExtents *extents, uint64 xid)
{
	int64		last;

	if (extents->backward == NULL)
		extents->backward = begin_scan(extents, extents->by_xid, 1);
	look_up(extents->backward, xid, BTEqualStrategyNumber, F_XID8EQ);
	if (!go_on(extents, extents->backward, BackwardScanDirection))
		elog(ERROR, "transaction " UINT64_FORMAT " has no rows in the history", xid);
	last = extents->seq;
	/* the other scan is not there */
	extents->has_row = false;
	return last;
}

void
scim_find_extent(ScimExtents *extents, uint64 xid, int64 *first, int64 *last)
{
	int			steps = 0;

	go_to(extents, xid);
	*first = *last = extents->seq;
	while (go_on(extents, extents->forward, ForwardScanDirection) && extents->xid == xid)
	{
		*last = extents->seq;
		if (++steps < MOST_STEPS)
			continue;
		*last = find_last(extents, xid);
		return;
	}
}

/* ---- resources ---- */

static void
open_by_resource(ScimExtents *extents)
{
	if (extents->by_resource)
		return;
	extents->by_resource = index_open(scim_history_index(extents->relation, SCIM_BY_RESOURCE),
									  AccessShareLock);
	extents->of_resource = begin_scan(extents, extents->by_resource, 5);
}

bool
scim_has_more_entries(ScimExtents *extents, const ScimHistoryEntry *entry, int64 first,
					  int64 last, int count)
{
	static const ScimEntryColumn columns[] = {
		SCIM_ENTRY_TENANT, SCIM_ENTRY_TYPE, SCIM_ENTRY_ID
	};
	ScanKeyData keys[5];
	int			found = 0;

	open_by_resource(extents);
	for (int i = 0; i < (int) lengthof(columns); i++)
		ScanKeyEntryInitialize(&keys[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   extents->by_resource->rd_indcollation[i], F_TEXTEQ,
							   entry->values[columns[i]]);
	ScanKeyInit(&keys[3], 4, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(first));
	ScanKeyInit(&keys[4], 4, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(last));
	index_rescan(extents->of_resource, keys, lengthof(keys), NULL, 0);
	while (found <= count && index_getnext_tid(extents->of_resource, ForwardScanDirection))
	{
		CHECK_FOR_INTERRUPTS();
		found++;
	}
	return found > count;
}

void
scim_close_extents(ScimExtents *extents)
{
	if (extents->forward)
		index_endscan(extents->forward);
	if (extents->backward)
		index_endscan(extents->backward);
	if (extents->of_resource)
		index_endscan(extents->of_resource);
	if (extents->by_resource)
		index_close(extents->by_resource, NoLock);
	index_close(extents->by_xid, NoLock);
	table_close(extents->relation, NoLock);
	pfree(extents);
}
