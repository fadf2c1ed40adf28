/*
 * seen.h
 *		What of the history a reader has seen: all that a snapshot shows.
 *
 * Rows that a snapshot does not show are of transactions that it knows as running,
 * or of such that began later, and may have begun before the snapshot was taken, as its
 * xmax is but one past the last that was finished.  So two numbers are read after the
 * snapshot, in this order: the last seq that was given out, and the next xid.  What
 * the snapshot does not show, of rows up to that seq, is of a transaction before that
 * xid, for each has its xid before its first seq (history/table.c); what is
 * behind that seq, it does not show at all.
 */
#ifndef SCIM_HISTORY_SEEN_H
#define SCIM_HISTORY_SEEN_H

#include "postgres.h"

#include "history/server.h"

typedef struct ScimSeen
{
	ScimHistoryServer server;	/* whose xids these are; rows up to its floor are seen */
	uint64		xmin;			/* what is before was finished */
	uint64		xmax;			/* nothing from there on is seen */
	uint64	   *running;		/* nor are these, between the two: they rise */
	int			running_count;
	int64		seq;			/* nothing behind it is seen */
	uint64		next;			/* what is not, up to there, is of transactions before this one */
} ScimSeen;

/*
 * What the active snapshot shows, but for what the transaction itself has written; in
 * the current context.
 */
extern void scim_see(ScimSeen *seen, const ScimHistoryServer *server);

/* Of the server itself: does the snapshot show what a transaction has committed? */
extern bool scim_shows(const ScimSeen *seen, uint64 xid);

/* Has it seen the row of that seq and xid?  (Which is committed.) */
extern bool scim_has_seen(const ScimSeen *seen, int64 seq, uint64 xid);

/* Has the first seen all that the other one has?  Both of the same server. */
extern bool scim_covers(const ScimSeen *seen, const ScimSeen *other);

#endif							/* SCIM_HISTORY_SEEN_H */
