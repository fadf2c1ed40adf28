/*
 * feed.h
 *		The entries of a tenant that one reader has seen and another one has not, in
 *		the order of seq.
 *
 * Those of transactions that the older one knows as running are found by (xid, seq),
 * a short scan for each; all others by (tenant_id, seq), behind the last seq
 * of the older one: they all come later.
 */
#ifndef SCIM_HISTORY_FEED_H
#define SCIM_HISTORY_FEED_H

#include "history/entries.h"
#include "history/seen.h"

typedef struct ScimFeed ScimFeed;

/*
 * Opens what "to" has seen, and "from" has not (NULL: has seen nothing), behind that
 * seq.  The active snapshot, which stays until the feed is closed as "from" and "to"
 * do, shows all that "to" has seen.  What was refused is not in it.
 */
extern ScimFeed *scim_open_feed(const char *tenant, const ScimSeen *from, const ScimSeen *to,
								int64 behind);

/* No more rows than so many are looked at by one feed, wanted or not. */
#define SCIM_FEED_LOOKS 100000

/* The next one, in the current context; NULL: there is none, or it has looked at so many. */
extern ScimHistoryEntry *scim_next_in_feed(ScimFeed *feed);

/*
 * Has it looked at so many?  Then there may be more behind the seq that it has come
 * to, where another feed goes on.
 */
extern bool scim_feed_goes_on(const ScimFeed *feed, int64 *behind);

extern void scim_close_feed(ScimFeed *feed);

#endif							/* SCIM_HISTORY_FEED_H */
