/*
 * frame.h
 *		What is under way: what a statement of ours and the triggers that it fires
 *		tell one another.
 *
 * Who runs statements of which triggers are to know more than they see runs them
 * in a frame.  Frames are a stack: a trigger may run statements in a frame of its
 * own.  A frame ends with what runs in it, be it by an error.
 */
#ifndef SCIM_RESOURCE_FRAME_H
#define SCIM_RESOURCE_FRAME_H

#include "base/digest.h"
#include "base/uuids.h"
#include "nodes/pg_list.h"
#include "resource/mapped_split.h"
#include "resource/row.h"

typedef enum ScimFrameKind
{
	SCIM_CALL_FRAME,			/* a scim_ call: a ScimCall */
	SCIM_MEMBERS_FRAME,			/* groups follow their members: a ScimPending */
	SCIM_REFILL_FRAME,			/* maintenance: rows get what they should hold */
	SCIM_FOREIGN_FRAME			/* a function of the application's that a call asks: what it does
								 * is none of that */
} ScimFrameKind;

typedef struct ScimFrame
{
	ScimFrameKind kind;
	Oid			root;			/* of the table that it writes */
	int			depth;			/* of triggers, at which its statements run */
	struct ScimFrame *outer;
} ScimFrame;

/* What a call does, as policies name it; bits, as they name several. */
typedef enum ScimOperation
{
	SCIM_CREATES = 1,
	SCIM_UPDATES = 2,
	SCIM_PATCHES = 4,			/* or changes members */
	SCIM_DELETES = 8,
	SCIM_RESTORES = 16
} ScimOperation;

/*
 * A scim_ call, on one resource, or on many that it creates.  It may write that in more than
 * one statement (the row, then the memberships), and moves the revision by one at most.
 */
typedef struct ScimCall
{
	ScimFrame	frame;
	const ScimRegistration *registration;	/* of the resource's table */
	const char *tenant;
	const char *id;				/* of the resource; NULL until it is inserted */
	bool		replaces;		/* by a whole document: what that leaves out, but cannot be
								 * removed, stays */
	bool		deletes;		/* the row: what still refers to it is in the way */
	bool		inserting;		/* the row is new: revision and lastModified stay what they are */
	bool		many;			/* rows are: each is a resource, and none the call's own */
	bool		moved;			/* the revision was moved */
	bool		changed;		/* content was changed */
	bool		has_row;		/* a membership trigger has moved the resource, to: */
	ScimRow		row;
	List	   *claims;			/* unique values that it takes (operation/unique.c) */
	const ScimSplit *split;		/* what it writes into a mapped table, or NULL */
	Jsonb	   *creates;		/* the document, without what the table adds of its own; or NULL */
	bool		creates_password;	/* beside it */
	const ScimUuids *leases;	/* that the call names, beside those of the setting; or NULL */
	const char *merged_from;	/* it writes a merge: the stale version; or NULL */
	ScimOperation operation;
	bool		conditional;	/* a version was expected, and not just any */
	bool		proposes;		/* what has to be reviewed becomes a proposal */
	bool		only_proposes;	/* it writes nothing of the resource, whatever happens */
	List	   *secrets;		/* attributes that are never returned, and that it names: to a
								 * policy they change (operation/secrets.h); of char * */
	const struct ScimPolicy *policy;	/* that binds it from its beginning to its end
										 * (decision/policy.h); NULL: none */
	const pg_uuid_t *proposal;	/* that it applies, as was approved; NULL: none */
	List	   *approved;		/* the attributes that this changes, of char * */
	struct ScimChange *change;	/* what it has done to the resource so far (history/change.h), or
								 * NULL */
	int			nesting;		/* of transactions, at which it runs */
	MemoryContext context;		/* of what is kept here */
} ScimCall;

/*
 * An update of groups by a membership trigger, and what that has counted: only so
 * may member_count and member_digest change.
 */
typedef struct ScimPending
{
	ScimFrame	frame;
	bool		empty;			/* all members went (TRUNCATE) */
	bool		recount;		/* they are to be counted anew */
	int64		count;			/* else: members that came, less those that went */
	uint8		digest[SCIM_DIGEST_SIZE];	/* the sum of their hashes */
	const struct ScimMemberMoves *moves;	/* who they are (history/moves.h); NULL: nobody asks,
											 * or nobody knows */
	bool		follows;		/* they were deleted: nobody decided that of the group */
	Oid			user;			/* whose rights changed them: the update has the owner's */
} ScimPending;

/* Runs "body" in the frame, of which kind and root are set. */
extern void scim_run_in_frame(ScimFrame *frame, void (*body) (void *argument), void *argument);

/* How many triggers are running, one within the other. */
extern int	scim_trigger_depth(void);

/* How many triggers deep in the frame is this?  0: its statements themselves; 1: their triggers. */
extern int	scim_depth_in(const ScimFrame *frame);

/* ---- what triggers ask ---- */

/* The scim_ call in which that one runs; of NULL, the innermost one.  NULL: there is none. */
extern ScimCall *scim_call_around(const ScimCall *inner);

/*
 * The innermost scim_ call under way, if it is on the table, else NULL.  The
 * second: if it is on that row of it (tenant NULL: of whatever tenant).
 */
extern ScimCall *scim_call_on(Oid root);
extern ScimCall *scim_call_on_row(Oid root, const char *tenant, const char *id);

/* Does the call's own statement insert the row at work?  The call does not know its id yet. */
extern bool scim_is_inserted_by(const ScimCall *call);

/* What is pending for the row that is updated now; NULL: no membership trigger updates it. */
extern const ScimPending *scim_pending_for(Oid root);

/*
 * Is the row that is updated now refilled?  Then its trigger takes member_count
 * and member_digest as they are written, and computes the version anew, without
 * moving the revision.
 */
extern bool scim_is_refilling(Oid root);

/* ---- what the triggers of one command tell one another ---- */

/*
 * The trigger of a row may leave something for that of a row that comes later in
 * the same command, on the same table: the last thing of each kind is kept until
 * the next command, be it one that a trigger runs.
 */
typedef enum ScimLeftKind
{
	SCIM_LEFT_PASSWORD,			/* by the INSERT of an upsert for its UPDATE */
	SCIM_LEFT_MOVED_ROW,		/* by the UPDATE in one partition for the INSERT in another */
	SCIM_LEFT_TRUNCATED			/* by the TRUNCATE of one partition for that of another */
} ScimLeftKind;

/* Forgets what was left; what is to be left now is made in the memory that this returns. */
extern MemoryContext scim_start_leaving(ScimLeftKind kind);

/* Leaves it. */
extern void scim_leave(ScimLeftKind kind, Oid root, void *what);

/* What was left, or NULL.  The trigger that takes it for good forgets it. */
extern void *scim_left(ScimLeftKind kind, Oid root);
extern void scim_forget_left(ScimLeftKind kind);

#endif							/* SCIM_RESOURCE_FRAME_H */
