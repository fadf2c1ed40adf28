/*
 * call.h
 *		The scim_ call under way: what it and the triggers tell one another.
 *
 * A call may write its resource in more than one statement (the row, then the
 * memberships), and moves the revision by one at most.
 */
#ifndef SCIM_RESOURCE_CALL_H
#define SCIM_RESOURCE_CALL_H

#include "nodes/pg_list.h"
#include "resource/mapped_split.h"
#include "resource/row.h"

/* A unique value that the row takes. */
typedef struct ScimClaim
{
	char	   *path;
	char	   *value;
} ScimClaim;

typedef struct ScimCall
{
	const ScimRegistration *registration;	/* of the resource's table */
	const char *tenant;
	const char *id;				/* of the resource; NULL until it is inserted */
	bool		replaces;		/* the document is a whole one: what it leaves out is not meant to be removed if it cannot be */
	bool		deletes;		/* the row: what still refers to it is in the way */
	bool		inserting;		/* the row is new: revision and lastModified stay what they are */
	bool		moved;			/* the revision was moved */
	bool		changed;		/* content was changed */
	bool		has_row;		/* a membership trigger has moved the resource, to: */
	ScimRow		row;
	List	   *claims;			/* of ScimClaim, the latest first */
	const ScimSplit *split;		/* what it writes into a mapped table, or NULL */
	int			depth;			/* of triggers, at which it runs */
	int			error_depth;	/* and at which the last error (or notice) was raised */
	MemoryContext context;		/* of what is kept here */
	struct ScimCall *outer;		/* a call from within a trigger of another call */
} ScimCall;

/* The innermost call, or NULL outside of any. */
extern ScimCall *scim_call;

/* How many triggers are running, one within the other. */
extern int	scim_trigger_depth(void);

/* Is the row (tenant NULL: of whatever tenant) the one that the call under way is about? */
extern bool scim_is_called_row(const ScimRegistration *registration, const char *id, const char *tenant);

/* A membership trigger moved a group: if it is the call's, its row is row 0 of SPI_tuptable. */
extern void scim_note_moved(const ScimRegistration *groups, const char *tenant, const char *id);

/* Runs "body" as a call; where it violates a constraint of the table, the error is one of the catalogue. */
extern void scim_run_call(ScimCall *call, void (*body) (void *argument), void *argument);

#endif							/* SCIM_RESOURCE_CALL_H */
