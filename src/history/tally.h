/*
 * tally.h
 *		Members, each with a number: how often he came, or went, in all.
 */
#ifndef SCIM_HISTORY_TALLY_H
#define SCIM_HISTORY_TALLY_H

#include "postgres.h"

#include "core/finder.h"

typedef struct ScimTallied
{
	char	   *type;			/* may be that of the one before */
	char	   *id;
	int64		net;
} ScimTallied;

/* All zero is empty. */
typedef struct ScimTally
{
	ScimTallied *items;			/* in the order in which they were added */
	int			count;
	int			room;
	Size		bytes;			/* of their texts */
	ScimFinder	finder;			/* by their ids, if they are more than a few */
} ScimTally;

/* NULL: he is not in it. */
extern ScimTallied *scim_find_tallied(const ScimTally *tally, const char *type, const char *id);

/*
 * Adds one who is not in it yet, with a net of 0, in the current context, that of the
 * others.  Those that were found before may move.
 */
extern ScimTallied *scim_add_tallied(ScimTally *tally, const char *type, const char *id);

/* Leaves out those whose net is 0. */
extern void scim_pack_tally(ScimTally *tally);

/* Leaves out all. */
extern void scim_clear_tally(ScimTally *tally);

#endif							/* SCIM_HISTORY_TALLY_H */
