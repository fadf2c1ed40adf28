/*
 * late.c
 *		The entries of a tenant that came late.
 *
 * They are found by (xid, seq): by one short scan for each transaction that the
 * older reader knew as running, and one scan for all that had begun behind those.
 * Each transaction has its rows in the order of seq, and all together have them
 * in none; so the smallest are gathered, as many as make a page or a few, and after
 * them the next ones.  However many there are, no more are kept than that.
 *
 * What the index says is enough to pass by a row that is not wanted; only
 * whose it is must be asked of the row itself.
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
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

/* So many are gathered at once; twice as many have room, so that it is seldom sorted. */
#define MOST_GATHERED 1000

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
	Size		tenant_length;
	const		ScimSeen *from;
	const		ScimSeen *to;
	Snapshot	snapshot;
	Relation	relation;		/* NULL: there is no history */
	Relation	index;
	TupleTableSlot *slot;
	int64		behind;			/* those up to it are done with */
	int64		up_to;			/* what is behind it is not wanted now */
	Found		found[2 * MOST_GATHERED];
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
cut(ScimLate * late)
{
	qsort(late->found, late->count, sizeof(Found), compare_found);
	if (late->count <= MOST_GATHERED)
		return;
	late->count = MOST_GATHERED;
	late->is_cut = true;
	late->up_to = late->found[MOST_GATHERED - 1].seq;
}

static bool
is_text(Datum value, const char *text, Size length)
{
	const struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);

	return VARSIZE_ANY_EXHDR(packed) == length && memcmp(VARDATA_ANY(packed), text, length) == 0;
}

static bool
is_of_tenant(const ScimLate * late)
{
	bool		isnull;
	Datum		tenant = slot_getattr(late->slot, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), &isnull);

	return !isnull && is_text(tenant, late->tenant, late->tenant_length);
}

/* As the index has them: is the row one that is still wanted? */
static bool
is_wanted(const ScimLate * late, int64 seq, uint64 xid)
{
	return seq > late->behind && seq <= late->up_to && !scim_has_seen(late->from, seq, xid) &&
		scim_has_seen(late->to, seq, xid);
}

/* Looks at the row that the scan is at. */
static void
look_at(ScimLate * late, IndexScanDesc scan)
{
	TupleDesc	descriptor = RelationGetDescr(late->index);
	bool		no_xid;
	bool		no_seq;
	Datum		xid = index_getattr(scan->xs_itup, 1, descriptor, &no_xid);
	int64		seq = DatumGetInt64(index_getattr(scan->xs_itup, 2, descriptor, &no_seq));

	if (no_xid || no_seq ||
		!is_wanted(late, seq, U64FromFullTransactionId(DatumGetFullTransactionId(xid))) ||
		!index_fetch_heap(scan, late->slot) || !is_of_tenant(late))
		return;
	if (late->count == lengthof(late->found))
		cut(late);
	if (seq <= late->up_to)
		late->found[late->count++] = (Found)
	{
		seq, late->slot->tts_tid
	};
}

static void
scan_by(ScimLate * late, ScanKey keys, int key_count)
{
	IndexScanDesc scan = scim_begin_index_scan(late->relation, late->index, late->snapshot,
											   key_count);

	scan->xs_want_itup = true;
	index_rescan(scan, keys, key_count, NULL, 0);
	while (index_getnext_tid(scan, ForwardScanDirection) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		look_at(late, scan);
	}
	ExecClearTuple(late->slot);
	index_endscan(scan);
}

static void
init_xid_key(ScanKey key, StrategyNumber strategy, RegProcedure function, uint64 xid)
{
	ScanKeyInit(key, 1, strategy, function,
				FullTransactionIdGetDatum(FullTransactionIdFromU64(xid)));
}

static void
init_seq_keys(const ScimLate * late, ScanKey keys)
{
	ScanKeyInit(&keys[0], 2, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(late->behind));
	ScanKeyInit(&keys[1], 2, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(late->up_to));
}

static void
scan_xid(ScimLate * late, uint64 xid)
{
	ScanKeyData keys[3];

	init_xid_key(&keys[0], BTEqualStrategyNumber, F_XID8EQ, xid);
	init_seq_keys(late, &keys[1]);
	scan_by(late, keys, lengthof(keys));
}

static void
scan_xids(ScimLate * late, uint64 from, uint64 before)
{
	ScanKeyData keys[4];

	if (from >= before)
		return;
	init_xid_key(&keys[0], BTGreaterEqualStrategyNumber, F_XID8GE, from);
	init_xid_key(&keys[1], BTLessStrategyNumber, F_XID8LT, before);
	init_seq_keys(late, &keys[2]);
	scan_by(late, keys, lengthof(keys));
}

/* What is still running for the newer reader is not looked for, however much it has written. */
static void
gather(ScimLate * late)
{
	const		ScimSeen *from = late->from;
	const		ScimSeen *to = late->to;
	bool		by_xid = late->behind >= to->server.floor;

	late->count = late->given = 0;
	late->is_cut = false;
	late->up_to = from->seq;
	for (int i = 0; i < from->running_count; i++)
	{
		if (!by_xid || scim_shows(to, from->running[i]))
			scan_xid(late, from->running[i]);
	}
	scan_xids(late, from->xmax, by_xid ? Min(from->next, to->xmax) : from->next);
	cut(late);
}

/* ---- giving ---- */

ScimLate *
scim_open_late(const char *tenant, const ScimSeen * from, const ScimSeen * to, int64 behind)
{
	ScimLate   *late = palloc0(sizeof(ScimLate));

	late->relation = scim_open_history_table(AccessShareLock);
	if (late->relation == NULL)
		return late;
	late->index = index_open(scim_history_index(late->relation, SCIM_BY_XID), AccessShareLock);
	late->slot = table_slot_create(late->relation, NULL);
	late->context = CurrentMemoryContext;
	late->tenant = pstrdup(tenant);
	late->tenant_length = strlen(tenant);
	late->from = from;
	late->to = to;
	late->snapshot = GetActiveSnapshot();
	/* those up to the floor it had seen, whatever their xids */
	late->behind = Max(behind, from->server.floor);
	/* nothing is gathered yet */
	late->is_cut = late->behind < from->seq;
	return late;
}

/* Is there one that was gathered? */
static bool
has_next(ScimLate * late)
{
	MemoryContext caller;

	if (late->given < late->count)
		return true;
	if (!late->is_cut)
		return false;
	if (late->count > 0)
		late->behind = late->found[late->count - 1].seq;
	/* the caller's context may be one for each entry */
	caller = MemoryContextSwitchTo(late->context);
	gather(late);
	MemoryContextSwitchTo(caller);
	return late->count > 0;
}

/* NULL: it is not there any more, as it never is under a snapshot that was kept. */
static ScimHistoryEntry *
read_found(ScimLate * late, Found *found)
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
scim_next_late(ScimLate * late)
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
scim_close_late(ScimLate * late)
{
	if (late->slot)
		ExecDropSingleTupleTableSlot(late->slot);
	if (late->index)
		index_close(late->index, NoLock);
	if (late->relation)
		table_close(late->relation, NoLock);
	pfree(late);
}
