/*
 * extent.h
 *		From where to where the rows of a transaction go, as indexes have it.
 */
#ifndef SCIM_HISTORY_EXTENT_H
#define SCIM_HISTORY_EXTENT_H

#include "history/entries.h"

typedef struct ScimExtents ScimExtents;

/* Under the active snapshot, which stays until they are closed. */
extern ScimExtents *scim_open_extents(void);

/*
 * The first and the last seq of the transaction's rows, whatever tenant they are of and
 * whether they can be seen.  It is asked for transactions that rise, each of which has
 * rows.
 */
extern void scim_find_extent(ScimExtents *extents, uint64 xid, int64 *first, int64 *last);

/*
 * Has the resource of that entry more than so many of them, from the first seq to the
 * last one?  Such that cannot be seen may count.
 */
extern bool scim_has_more_entries(ScimExtents *extents, const ScimHistoryEntry *entry,
								  int64 first, int64 last, int count);

extern void scim_close_extents(ScimExtents *extents);

#endif							/* SCIM_HISTORY_EXTENT_H */
