/*
 * feed.c
 *		The entries of a tenant that one reader has seen and another one has not.
 */
#include "postgres.h"

#include "history/feed.h"
#include "history/late.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

struct ScimFeed
{
	const ScimSeen *to;
	ScimLate   *late;			/* NULL: there are none of them any more */
	ScimHistoryReader *reader;	/* of all that come behind them */
	int64		behind;			/* up to this seq all were given or passed by */
	int			looked_at;
};

ScimFeed *
scim_open_feed(const char *tenant, const ScimSeen *from, const ScimSeen *to, int64 behind)
{
	ScimFeed   *feed = palloc0(sizeof(ScimFeed));
	int64		main_behind = from ? Max(behind, from->seq) : behind;

	feed->to = to;
	feed->behind = behind;
	if (from && behind < from->seq)
		feed->late = scim_open_late(tenant, from, to, behind);
	feed->reader = scim_open_history_of_tenant(tenant, main_behind, to->seq, GetActiveSnapshot());
	return feed;
}

static void
close_late(ScimFeed *feed)
{
	if (feed->late)
		scim_close_late(feed->late);
	feed->late = NULL;
}

/* The next one that is there, wanted or not. */
static ScimHistoryEntry *
next_entry(ScimFeed *feed)
{
	ScimHistoryEntry *entry = feed->late ? scim_next_late(feed->late) : NULL;

	if (entry)
		return entry;
	close_late(feed);
	return scim_next_entry(feed->reader);
}

ScimHistoryEntry *
scim_next_in_feed(ScimFeed *feed)
{
	while (feed->looked_at < SCIM_FEED_LOOKS)
	{
		ScimHistoryEntry *entry = next_entry(feed);

		CHECK_FOR_INTERRUPTS();
		if (entry == NULL)
			return NULL;
		feed->looked_at++;
		feed->behind = entry->seq;
		if (entry->operation != SCIM_HISTORY_REFUSED &&
			scim_has_seen(feed->to, entry->seq, entry->xid))
			return entry;
		scim_free_entry(entry);
	}
	return NULL;
}

bool
scim_feed_goes_on(const ScimFeed *feed, int64 *behind)
{
	*behind = feed->behind;
	return feed->looked_at >= SCIM_FEED_LOOKS;
}

void
scim_close_feed(ScimFeed *feed)
{
	close_late(feed);
	scim_close_history(feed->reader);
	pfree(feed);
}
