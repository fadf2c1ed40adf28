/*
 * feed.c
 *		The entries of a tenant that one reader has seen and another one has not.
 */
#include "postgres.h"

#include "history/feed.h"

struct ScimFeed
{
	const char *tenant;
};

ScimFeed *
scim_open_feed(const char *tenant, const ScimSeen *from, const ScimSeen *to, int64 behind)
{
	elog(ERROR, "not yet");
}

ScimHistoryEntry *
scim_next_in_feed(ScimFeed *feed)
{
	elog(ERROR, "not yet");
}

void
scim_close_feed(ScimFeed *feed)
{
	elog(ERROR, "not yet");
}
