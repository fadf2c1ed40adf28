/*
 * member_net.h
 *		The members of a group as they were: those of now, with what moved since
 *		taken back.
 */
#ifndef SCIM_HISTORY_MEMBER_NET_H
#define SCIM_HISTORY_MEMBER_NET_H

#include "core/canonical.h"
#include "history/entries.h"
#include "history/tally.h"
#include "registry/registration.h"

/* What moved since then; all zero: nothing. */
typedef struct ScimMemberNet
{
	ScimMemberSum sum;			/* of then; not known: nobody can tell */
	bool		lost;			/* who they were is not kept */
	ScimTally	moved;			/* net > 0: was a member then, and is none now; < 0: the other way
								 * round */
	MemoryContext context;		/* of that; NULL: there is none yet */
} ScimMemberNet;

/* A member of then. */
typedef struct ScimMemberThen
{
	const char *type;
	const char *id;
	bool		is_now;			/* is one now, too */
} ScimMemberThen;

/* Takes back what an entry says of members, which may be nothing. */
extern void scim_take_moves_back(ScimMemberNet *net, const ScimHistoryEntry *entry);

/*
 * The members of then; *count of them, palloc'd.  NULL if nobody can tell who they
 * were.  "is_there": the group is there now.  Reads with the caller's rights, under
 * the active snapshot, within SPI.
 */
extern ScimMemberThen *scim_members_then(const ScimRegistration *groups, const char *tenant,
										 const char *id, bool is_there, const ScimMemberNet *net,
										 int *count);

#endif							/* SCIM_HISTORY_MEMBER_NET_H */
