/*
 * pruned.h
 *		What of a tenant's history is not kept any more.
 */
#ifndef SCIM_HISTORY_PRUNED_H
#define SCIM_HISTORY_PRUNED_H

#include "postgres.h"

#include "history/seen.h"

typedef struct ScimPruned
{
	int64		seq;			/* nothing behind it went; 0: nothing at all */
	uint64		xid;			/* nor of transactions behind this one */
	Datum		snapshot;		/* a pg_snapshot: nor of those that it does not show */
	uint64		xmax;			/* of that: each time that rows went it is a higher one */
} ScimPruned;

/* Of the tenant, under the active snapshot; in the current context. */
extern ScimPruned scim_read_pruned(const char *tenant);

/*
 * May rows have gone of transactions that the reader has not seen, though they are
 * not behind the last seq that it knows of?
 */
extern bool scim_lost_unseen(const ScimPruned *pruned, const ScimSeen *seen);

#endif							/* SCIM_HISTORY_PRUNED_H */
