/*
 * chain.h
 *		The entries of one resource in the order of what happened, from now on
 *		backwards: each leads from a version to the one that it took the place of.
 *
 * Within a transaction entries do not stand as things happened: what a trigger, or
 * a function in the same statement, does to the row it writes before the statement
 * around it does.  So they are put together by what they say of versions, and where
 * several could come next, by the revision; only then by the order in which they
 * came.  What of a transaction is left over then, and led away from somewhere and back
 * to it, is passed by.  Where else none follows, something was not recorded, and the
 * chain is broken: what was before is told by entries alone, not by what they leave.
 */
#ifndef SCIM_HISTORY_CHAIN_H
#define SCIM_HISTORY_CHAIN_H

#include "history/entries.h"

/* What the next entry is to have led to. */
typedef struct ScimChainState
{
	const char *version;		/* NULL: the resource is not there */
	bool		has_revision;	/* the revision is known, or what it is if nothing is missing */
	int64		revision;
	bool		linked;			/* all entries so far followed */
	bool		gap;			/* but some are missing between, as revisions tell, or it is not
								 * known where they belong */
	uint64		xid;			/* of the last one */
} ScimChainState;

/* Where in the chain a reader is: it goes on from there, as the next page of a list does. */
typedef struct ScimChainPlace
{
	int64		seq;			/* from there on, as they came; the transaction at hand's first one
								 * that is */
	int			taken;			/* how many of the transaction's entries are behind it */
	ScimChainState state;		/* before these */
} ScimChainPlace;

typedef struct ScimChain
{
	const char *tenant;
	const char *type;
	ScimHistoryReader *entries; /* of the resource */
	ScimHistoryReader *of_type; /* of all resources of its type at once; NULL: not opened yet */
	int64		begins;			/* behind that seq: what was before, under another mapping, is not
								 * shown */
	int64		read_to;		/* the seq of what was read last */
	ScimHistoryEntry *next;		/* that was read of each, or NULL */
	ScimHistoryEntry *next_of_type;
	ScimHistoryEntry *ahead;	/* the first entry of an older transaction; or NULL */
	List	   *waiting;		/* of the transaction at hand, as they came; not taken yet, but: */
	int			gone;			/* so many at its beginning */
	bool		torn;			/* others than these were taken out of the midst of it */
	bool		detours;		/* what waits still led away from the chain and back */
	bool		all_waiting;	/* there are no others of it */
	uint64		xid;			/* of that */
	ScimChainState state;
	ScimChainPlace place;		/* of what was taken last */
	ScimHistoryEntry *last;		/* that is, or NULL */
	bool		follows;		/* it led to what was at hand */
} ScimChain;

/*
 * Begins with the resource as it is now: its version (NULL: it is not there) and
 * revision (0: it has none), as the active snapshot shows them, which stays until
 * the chain is closed; or at a place in it.
 */
extern void scim_open_chain(ScimChain *chain, const char *tenant, const char *type,
							const char *id, const char *version, int64 revision);
extern void scim_open_chain_at(ScimChain *chain, const char *tenant, const char *type,
							   const char *id, const ScimChainPlace *place);

/*
 * The entry before, in the current context; NULL: there is none.  If chain->follows,
 * it led to the version that was at hand; if chain->state.linked, too, what it led
 * from is at hand now.  If that alone, it was passed by.
 */
extern const ScimHistoryEntry *scim_chain_back(ScimChain *chain);

/*
 * To the last entry, whose rest is of no interest: what lies between is forgotten, and
 * so is the place.
 */
extern void scim_chain_to_end(ScimChain *chain);

/* After the last entry: does the chain reach the creation of the resource, and miss nothing? */
extern bool scim_chain_is_complete(const ScimChain *chain);

/* Is the entry of that seq, which was once the last, still there to be read? */
extern bool scim_chain_still_has(const ScimChain *chain, const char *id, int64 seq);

extern void scim_close_chain(ScimChain *chain);

#endif							/* SCIM_HISTORY_CHAIN_H */
