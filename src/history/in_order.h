/*
 * in_order.h
 *		The entries of one resource in one transaction, in the order of what happened.
 *
 * They do not always stand so: what a trigger, or a function in the same statement,
 * does to the row comes into the history before the statement around it does (see
 * chain.h).  A stretch of the feed keeps the places that such entries have in it, and
 * each place is given the entry whose turn it is: also where others of them are
 * outside of the stretch, so that the feed is the same however it is cut.
 */
#ifndef SCIM_HISTORY_IN_ORDER_H
#define SCIM_HISTORY_IN_ORDER_H

#include "history/entries.h"

typedef struct ScimStretch
{
	const char *tenant;
	int64		floor;			/* see ScimHistoryServer */
	int64		behind;			/* others up to this seq may come before; PG_INT64_MIN: none */
	int64		up_to;			/* and others behind this one after; PG_INT64_MAX: none */
	ScimHistoryEntry **entries; /* in the order of seq */
	int			count;
} ScimStretch;

/* Puts them in order, under the active snapshot; those that it reads are of the current context. */
extern void scim_put_in_order(ScimStretch *stretch);

#endif							/* SCIM_HISTORY_IN_ORDER_H */
