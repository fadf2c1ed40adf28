/*
 * extent.h
 *		From where to where the rows of a transaction go.
 */
#ifndef SCIM_HISTORY_EXTENT_H
#define SCIM_HISTORY_EXTENT_H

#include "postgres.h"

typedef struct ScimExtents ScimExtents;

/* Under the active snapshot, which stays until they are closed. */
extern ScimExtents *scim_open_extents(void);

/*
 * The first and the last seq of the transaction's rows, whatever tenant they are of and
 * whether they can be seen.  It is asked for transactions that rise, each of which has
 * rows.
 */
extern void scim_find_extent(ScimExtents *extents, uint64 xid, int64 *first, int64 *last);

extern void scim_close_extents(ScimExtents *extents);

#endif							/* SCIM_HISTORY_EXTENT_H */
