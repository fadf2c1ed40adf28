/*
 * seen.c
 *		What of the history a reader has seen.
 */
#include "postgres.h"

#include "history/seen.h"

void
scim_see(ScimSeen *seen, const ScimHistoryServer *server)
{
	elog(ERROR, "not yet");
}

bool
scim_has_seen(const ScimSeen *seen, int64 seq, uint64 xid)
{
	elog(ERROR, "not yet");
}

bool
scim_covers(const ScimSeen *seen, const ScimSeen *other)
{
	elog(ERROR, "not yet");
}
