/*
 * way.h
 *		The way that a resource went in one transaction: an order of its entries in
 *		which each leads from the version that the one before has led to.
 */
#ifndef SCIM_HISTORY_WAY_H
#define SCIM_HISTORY_WAY_H

#include "history/entries.h"

/*
 * Does each of them lead from where the one before has led to?  And no revision goes
 * down, but that of what is created anew.
 */
extern bool scim_is_way(ScimHistoryEntry *const *entries, int count);

/*
 * To where do they lead, in whatever order they stand?  1: to that version (NULL:
 * nothing is there); 0: back to where they had begun; more: some are missing, and
 * nobody can tell.
 */
extern int	scim_find_ends(ScimHistoryEntry *const *entries, int count, const char **version);

/*
 * Puts entries, which stand in the order of seq, into that of a way that begins with
 * the version "from", if "knows_from" (NULL: nothing is there) and any of them does.
 * Where several could come next, it is that of the lowest revision, then of the
 * lowest seq, that leads on to all others.  If there is no such way, as some are
 * missing, pieces of it come one after the other.
 */
extern void scim_find_way(ScimHistoryEntry **entries, int count, bool knows_from,
						  const char *from);

#endif							/* SCIM_HISTORY_WAY_H */
