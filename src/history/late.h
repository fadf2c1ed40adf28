/*
 * late.h
 *		The entries of a tenant that came late: of transactions that one reader knew as
 *		running, and another one has seen.
 */
#ifndef SCIM_HISTORY_LATE_H
#define SCIM_HISTORY_LATE_H

#include "history/entries.h"
#include "history/seen.h"

typedef struct ScimLate ScimLate;

/*
 * Those behind that seq, and not behind the older reader's; as of scim_open_feed, and
 * like it under the active snapshot.
 */
extern ScimLate *scim_open_late(const char *tenant, const ScimSeen *from, const ScimSeen *to,
								int64 behind);

/* The next one by seq, in the current context; NULL: there is none. */
extern ScimHistoryEntry *scim_next_late(ScimLate *late);

extern void scim_close_late(ScimLate *late);

#endif							/* SCIM_HISTORY_LATE_H */
