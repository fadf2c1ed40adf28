/*
 * late.c
 *		The entries of a tenant that came late.
 *
 * They are found by (xid, seq): by one short scan for each transaction that the
 * older reader knew as running, and one scan for all that had begun behind those.
 * Each transaction has its rows in the order of seq, and all together have them
 * in none; so the smallest are gathered, as many as make a page or a few, and after
 * them the next ones.  However many there are, no more are kept than so many.
 *
 * What the index says is enough to pass by a row that is not wanted; only
 * whose it is must be asked of the row itself.  Where a transaction has written much
 * in other tenants, the primary key says where the tenant goes on.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "base/compat.h"
#include "executor/tuptable.h"
#include "history/late.h"
#include "history/place.h"
#include "history/values.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

/*
 * So many are gathered at once; twice as many have room, so that it is seldom sorted.  Where
 * they are not enough, more are each time, as each looks through all of the transactions.
 */
#define FIRST_GATHERED 1000
#define MOST_GATHERED 64000

/* After so many rows that are not wanted, one behind the other, the rest of them is skipped. */
#define MOST_PASSED_BY 100

/* What the index has of a row. */
typedef struct Key
{
	uint64		xid;
	int64		seq;
} Key;

/* Where one is. */
typedef struct Found
{
	int64		seq;
	ItemPointerData place;
} Found;

struct ScimLate
{
	MemoryContext context;
	char	   *tenant;
	const ScimSeen *from;
	const ScimSeen *to;
	Snapshot	snapshot;
	Relation	relation;		/* NULL: there is no history */
	Relation	index;			/* by xid */
	Relation	tenant_index;	/* by tenant */
	TupleTableSlot *slot;
	int64		behind;			/* those up to it are done with */
	int64		up_to;			/* what is behind it is not wanted now */
	int			most;			/* are gathered at once */
	Found	   *found;			/* room for twice as many */
	int			count;			/* of these */
	int			given;
	bool		is_cut;			/* there are more behind them */
};

/* ---- gathering ---- */

static int
compare_found(const void *a, const void *b)
{
	int64		first = ((const Found *) a)->seq;
	int64		second = ((const Found *) b)->seq;

	return first < second ? -1 : first > second;
}

/* Leaves the smallest. */
static void
cut(ScimLate *late)
{
	qsort(late->found, late->count, sizeof(Found), compare_found);
	if (late->count <= late->most)
		return;
	late->count = late->most;
	late->is_cut = true;
	late->up_to = late->found[late->most - 1].seq;
}

static bool
is_of_tenant(const ScimLate *late)
{
	bool		isnull;
	Datum		tenant = slot_getattr(late->slot, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), &isnull);

	return !isnull && scim_is_text(tenant, late->tenant);
}

/* As the index has it: is the row one that is still wanted? */
static bool
is_wanted(const ScimLate *late, Key key)
{
	return key.seq > late->behind && key.seq <= late->up_to &&
		!scim_has_seen(late->from, key.seq, key.xid) && scim_has_seen(late->to, key.seq, key.xid);
}

/* The row that the scan is at; false: another tenant has it, or nobody. */
static bool
take(ScimLate *late, IndexScanDesc scan, int64 seq)
{
	if (!index_fetch_heap(scan, late->slot) || !is_of_tenant(late))
		return false;
	if (late->count == 2 * late->most)
		cut(late);
	if (seq <= late->up_to)
		late->found[late->count++] = (Found)
	{
		seq, late->slot->tts_tid
	};
	return true;
}

static bool
read_key(IndexScanDesc scan, Key *key)
{
	TupleDesc	descriptor = RelationGetDescr(scan->indexRelation);
	bool		no_xid;
	bool		no_seq;
	Datum		xid = index_getattr(scan->xs_itup, 1, descriptor, &no_xid);
	Datum		seq = index_getattr(scan->xs_itup, 2, descriptor, &no_seq);

	if (no_xid || no_seq)
		return false;
	key->xid = U64FromFullTransactionId(DatumGetFullTransactionId(xid));
	key->seq = DatumGetInt64(seq);
	return true;
}

/*
 * By the index of xids; true: it has stopped in the midst of a transaction, at the
 * last one of many that are not wanted.
 */
static bool
scan_by(ScimLate *late, ScanKey keys, int key_count, Key *last)
{
	IndexScanDesc scan = scim_begin_index_scan(late->relation, late->index, late->snapshot,
											   key_count);
	int			passed = 0;
	Key			key;

	last->xid = 0;
	scan->xs_want_itup = true;
	index_rescan(scan, keys, key_count, NULL, 0);
	while (passed < MOST_PASSED_BY && index_getnext_tid(scan, ForwardScanDirection) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_key(scan, &key))
			continue;
		if (is_wanted(late, key) && take(late, scan, key.seq))
			passed = 0;
		else
			passed = key.xid == last->xid ? passed + 1 : 1;
		*last = key;
	}
	ExecClearTuple(late->slot);
	index_endscan(scan);
	return passed >= MOST_PASSED_BY;
}

static void
init_xid_key(ScanKey key, StrategyNumber strategy, RegProcedure function, uint64 xid)
{
	ScanKeyInit(key, 1, strategy, function,
				FullTransactionIdGetDatum(FullTransactionIdFromU64(xid)));
}

static void
init_seq_keys(const ScimLate *late, ScanKey keys, int64 behind)
{
	ScanKeyInit(&keys[0], 2, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(behind));
	ScanKeyInit(&keys[1], 2, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(late->up_to));
}

/* The tenant's next seq behind that one, whoever wrote it, as the index alone says. */
static bool
next_of_tenant(const ScimLate *late, int64 *seq)
{
	IndexScanDesc scan = scim_begin_index_scan(late->relation, late->tenant_index, late->snapshot,
											   3);
	ScanKeyData keys[3];
	bool		isnull = true;

	ScanKeyEntryInitialize(&keys[0], 0, 1, BTEqualStrategyNumber, InvalidOid,
						   late->tenant_index->rd_indcollation[0], F_TEXTEQ,
						   CStringGetTextDatum(late->tenant));
	init_seq_keys(late, &keys[1], *seq);
	scan->xs_want_itup = true;
	index_rescan(scan, keys, lengthof(keys), NULL, 0);
	if (index_getnext_tid(scan, ForwardScanDirection) != NULL)
		*seq = DatumGetInt64(index_getattr(scan->xs_itup, 2,
										   RelationGetDescr(late->tenant_index), &isnull));
	index_endscan(scan);
	return !isnull;
}

/* Of a transaction those behind that seq. */
static bool
scan_xid(ScimLate *late, uint64 xid, int64 behind, Key *last)
{
	ScanKeyData keys[3];

	init_xid_key(&keys[0], BTEqualStrategyNumber, F_XID8EQ, xid);
	init_seq_keys(late, &keys[1], behind);
	return scan_by(late, keys, lengthof(keys), last);
}

/* The rest of a transaction that has written much that is not wanted. */
static void
skip_on(ScimLate *late, Key *last)
{
	while (next_of_tenant(late, &last->seq) &&
		   scan_xid(late, last->xid, last->seq - 1, last))
		CHECK_FOR_INTERRUPTS();
}

static void
scan_one(ScimLate *late, uint64 xid)
{
	Key			last;

	if (scan_xid(late, xid, late->behind, &last))
		skip_on(late, &last);
}

static void
scan_all(ScimLate *late, uint64 from, uint64 before)
{
	while (from < before)
	{
		ScanKeyData keys[4];
		Key			last;

		CHECK_FOR_INTERRUPTS();
		init_xid_key(&keys[0], BTGreaterEqualStrategyNumber, F_XID8GE, from);
		init_xid_key(&keys[1], BTLessStrategyNumber, F_XID8LT, before);
		init_seq_keys(late, &keys[2], late->behind);
		if (!scan_by(late, keys, lengthof(keys), &last))
			return;
		from = last.xid + 1;
		skip_on(late, &last);
	}
}

/* What is still running for the newer reader is not looked for, however much it has written. */
static void
gather(ScimLate *late)
{
	const ScimSeen *from = late->from;
	const ScimSeen *to = late->to;
	bool		by_xid = late->behind >= to->server.floor;

	late->count = late->given = 0;
	late->is_cut = false;
	late->up_to = from->seq;
	for (int i = 0; i < from->running_count; i++)
	{
		if (!by_xid || scim_shows(to, from->running[i]))
			scan_one(late, from->running[i]);
	}
	scan_all(late, from->xmax, by_xid ? Min(from->next, to->xmax) : from->next);
	cut(late);
}

/* ---- giving ---- */

ScimLate *
scim_open_late(const char *tenant, const ScimSeen *from, const ScimSeen *to, int64 behind)
{
	ScimLate   *late = palloc0(sizeof(ScimLate));

	late->relation = scim_open_history_table(AccessShareLock);
	if (late->relation == NULL)
		return late;
	late->index = index_open(scim_history_index(late->relation, SCIM_BY_XID), AccessShareLock);
	late->tenant_index = index_open(scim_history_index(late->relation, SCIM_BY_SEQ),
									AccessShareLock);
	late->slot = table_slot_create(late->relation, NULL);
	late->context = CurrentMemoryContext;
	late->most = FIRST_GATHERED;
	late->found = palloc(2 * late->most * sizeof(Found));
	late->tenant = pstrdup(tenant);
	late->from = from;
	late->to = to;
	late->snapshot = GetActiveSnapshot();
	/* those up to the floor it had seen, whatever their xids */
	late->behind = Max(behind, from->server.floor);
	/* nothing is gathered yet */
	late->is_cut = late->behind < from->seq;
	return late;
}

/* Those that were gathered were not enough. */
static void
go_behind(ScimLate *late)
{
	late->behind = late->found[late->count - 1].seq;
	if (late->most >= MOST_GATHERED)
		return;
	late->most *= 4;
	late->found = repalloc(late->found, 2 * late->most * sizeof(Found));
}

/* Is there one that was gathered? */
static bool
has_next(ScimLate *late)
{
	MemoryContext caller;

	if (late->given < late->count)
		return true;
	if (!late->is_cut)
		return false;
	if (late->count > 0)
		go_behind(late);
	/* the caller's context may be one for each entry */
	caller = MemoryContextSwitchTo(late->context);
	gather(late);
	MemoryContextSwitchTo(caller);
	return late->count > 0;
}

/* NULL: it is not there any more, as it never is under a snapshot that was kept. */
static ScimHistoryEntry *
read_found(ScimLate *late, Found *found)
{
	ScimHistoryEntry *entry;
	HeapTuple	row;
	bool		is_copy;

	if (!table_tuple_fetch_row_version(late->relation, &found->place, late->snapshot, late->slot))
		return NULL;
	row = ExecFetchSlotHeapTuple(late->slot, false, &is_copy);
	entry = scim_entry_of(row, RelationGetDescr(late->relation));
	if (is_copy)
		heap_freetuple(row);
	ExecClearTuple(late->slot);
	return entry;
}

ScimHistoryEntry *
scim_next_late(ScimLate *late)
{
	while (has_next(late))
	{
		ScimHistoryEntry *entry = read_found(late, &late->found[late->given++]);

		CHECK_FOR_INTERRUPTS();
		if (entry)
			return entry;
	}
	return NULL;
}

void
scim_close_late(ScimLate *late)
{
	if (late->slot)
		ExecDropSingleTupleTableSlot(late->slot);
	if (late->index)
		index_close(late->index, NoLock);
	if (late->tenant_index)
		index_close(late->tenant_index, NoLock);
	if (late->relation)
		table_close(late->relation, NoLock);
	if (late->found)
		pfree(late->found);
	pfree(late);
}
