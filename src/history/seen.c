/*
 * seen.c
 *		What of the history a reader has seen.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "history/seen.h"
#include "history/sequence.h"
#include "utils/snapmgr.h"

/* ---- seeing ---- */

/* An xid of a snapshot, none of which is newer than the next one, nor older by half of all. */
static uint64
widened(TransactionId xid, FullTransactionId next)
{
	uint32		epoch = EpochFromFullTransactionId(next);

	if (xid > XidFromFullTransactionId(next))
		epoch--;
	return U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, xid));
}

static int
compare_xids(const void *a, const void *b)
{
	uint64		first = *(const uint64 *) a;
	uint64		second = *(const uint64 *) b;

	return first < second ? -1 : first > second;
}

/* A snapshot leaves out the transaction that takes it. */
static void
add_own(ScimSeen *seen)
{
	uint64		own = U64FromFullTransactionId(GetTopFullTransactionIdIfAny());

	if (own == 0 || own >= seen->xmax)
		return;
	seen->running[seen->running_count++] = own;
	seen->xmin = Min(seen->xmin, own);
}

/* Only top-level transactions stand in the rows, so that those below them are no matter. */
static void
take_xids(ScimSeen *seen, Snapshot snapshot, FullTransactionId next)
{
	int			count = 0;

	seen->xmin = widened(snapshot->xmin, next);
	seen->xmax = widened(snapshot->xmax, next);
	seen->running = palloc((snapshot->xcnt + 1) * sizeof(uint64));
	seen->running_count = 0;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		seen->running[seen->running_count++] = widened(snapshot->xip[i], next);
	add_own(seen);
	qsort(seen->running, seen->running_count, sizeof(uint64), compare_xids);
	/* who exported a snapshot stands in it, too */
	for (int i = 0; i < seen->running_count; i++)
	{
		if (count == 0 || seen->running[count - 1] != seen->running[i])
			seen->running[count++] = seen->running[i];
	}
	seen->running_count = count;
}

void
scim_see(ScimSeen *seen, const ScimHistoryServer *server)
{
	Snapshot	snapshot = GetActiveSnapshot();
	FullTransactionId next;

	if (snapshot->takenDuringRecovery)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: the snapshot is of when the server was a "
						"standby, and does not say which transactions were running"),
				 errhint("Begin the transaction anew.")));
	/* in this order: seen.h */
	seen->server = *server;
	seen->seq = scim_last_seq();
	next = ReadNextFullTransactionId();
	seen->next = U64FromFullTransactionId(next);
	take_xids(seen, snapshot, next);
}

/* ---- what was seen ---- */

static bool
is_running(const ScimSeen *seen, uint64 xid)
{
	return bsearch(&xid, seen->running, seen->running_count, sizeof(uint64),
				   compare_xids) != NULL;
}

bool
scim_shows(const ScimSeen *seen, uint64 xid)
{
	return xid < seen->xmin || (xid < seen->xmax && !is_running(seen, xid));
}

bool
scim_has_seen(const ScimSeen *seen, int64 seq, uint64 xid)
{
	return seq <= seen->server.floor || scim_shows(seen, xid);
}

bool
scim_covers(const ScimSeen *seen, const ScimSeen *other)
{
	if (seen->xmax < other->xmax || seen->server.floor < other->server.floor)
		return false;
	for (int i = 0; i < seen->running_count; i++)
	{
		if (scim_shows(other, seen->running[i]))
			return false;
	}
	return true;
}
