/*
 * rebuild.h
 *		A resource as it was: what it is now, with its changes taken back one by
 *		one.
 *
 * A version of then is given out only if it is proven: each change led to the
 * version that the next one began with, and what is rebuilt has the version that is
 * asked for.
 *
 * A password, which is never kept, takes part in the version.  Before it was changed,
 * only the first can be told; so all that has the password that was changed is proven
 * before one goes on, and of what had another one, the trigger that wrote each entry
 * has seen that the version which it began with was that of the row.
 */
#ifndef SCIM_HISTORY_REBUILD_H
#define SCIM_HISTORY_REBUILD_H

#include "history/chain.h"
#include "history/member_net.h"
#include "resource/target.h"

/* Which password was there? */
typedef enum ScimPastPassword
{
	SCIM_PASSWORD_OF_NOW,		/* be it none */
	SCIM_NO_PASSWORD,
	SCIM_UNKNOWN_PASSWORD
} ScimPastPassword;

typedef struct ScimPast
{
	const ScimTarget *target;
	const char *id;
	bool		is_there;		/* the resource is, now */
	ScimRow		row;			/* its row */
	ScimChain	chain;
	const ScimHistoryEntry *made_by;	/* that led to what is at hand, once it was looked for */
	bool		looked;			/* for that: NULL says that none is kept */
	bool		newest;			/* nothing was taken back yet */

	/* what is at hand */
	const char *version;		/* NULL: the resource was not there */
	int64		revision;		/* 0: not known */
	bool		this_life;		/* it is that of now: it was not deleted since */
	Jsonb	   *document;		/* but for: */
	JsonbValue *replaced;		/* members that are to take the place of its own; NULL: none */
	ScimMemberNet members;		/* of a group */
	ScimPastPassword password;

	MemoryContext values;		/* of document and replaced; NULL: they are anywhere */
	Size		held;			/* so many bytes are there, of what was there before */
} ScimPast;

/*
 * Begins with the resource as the active snapshot shows it, which stays until the
 * end.  The caller may see the history.  Within SPI.
 */
extern void scim_open_past(ScimPast *past, const ScimTarget *target, const char *id);

/* The same with its row, which was read, and is locked. */
extern void scim_open_past_of_row(ScimPast *past, const ScimTarget *target, const ScimRow *row);

/* The entry that led to what is at hand; NULL: none that does is kept. */
extern const ScimHistoryEntry *scim_past_entry(ScimPast *past);

/* What was before that is at hand; false: nobody can tell. */
extern bool scim_go_back(ScimPast *past);

/* Goes back to where the version is at hand, unless it is; false: it is not to be found. */
extern bool scim_go_back_to(ScimPast *past, const char *version);

/* Is what is at hand proven? */
extern bool scim_is_proven(ScimPast *past);

/* Its document, as it would be stored. */
extern Jsonb *scim_past_document(ScimPast *past);

/* The members, as scim_members_then. */
extern ScimMemberThen *scim_past_members(const ScimPast *past, int *count);

extern void scim_close_past(ScimPast *past);

#endif							/* SCIM_HISTORY_REBUILD_H */
