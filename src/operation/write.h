/*
 * write.h
 *		A write of a resource under way, and the steps that all writes are made
 *		of: create, update, patch, and the change of members.
 */
#ifndef SCIM_OPERATION_WRITE_H
#define SCIM_OPERATION_WRITE_H

#include "core/merge.h"
#include "core/patch.h"
#include "core/path_set.h"
#include "group/members.h"
#include "operation/write_options.h"
#include "resource/frame.h"
#include "resource/row_write.h"
#include "resource/target.h"

/* May it become a proposal instead of being written? */
typedef enum ScimProposing
{
	SCIM_PROPOSES_NEVER,
	SCIM_PROPOSES_IF_NEEDED,	/* if it has to be reviewed, or others changed the same */
	SCIM_PROPOSES_ALWAYS
} ScimProposing;

/* A write under way. */
typedef struct ScimWrite
{
	ScimTarget	target;
	const char *id_text;		/* as given */
	const char *expected;		/* version, or NULL */
	ScimPatch  *patch;			/* the operations that make the document; or NULL */
	ScimRowWrite wanted;		/* what the row is to become; its version only as it is written */
	bool		has_members;
	ScimMemberChange change;
	ScimMembersWrite members;
	ScimCall	call;
	ScimRow		row;			/* as it was written, or found */
	bool		unchanged;		/* what was wanted was there already */
	ScimWriteResult *result;	/* to be filled in (report.c) */
	Jsonb	   *taken;			/* the document that was sent whole, as it was taken in */
	bool		merges;			/* on_conflict: a stale version is merged, not refused */
	const ScimMergeRules *rules;	/* merge_rules; NULL: it is no write that could be merged */
	const ScimMerge *merged;	/* what is written was merged; NULL: it was not */
	ScimProposing proposes;
	Jsonb	   *asked;			/* what a proposal of it says that was asked for */
	const List *conflicts;		/* of its merge, where mine won, so that it must be decided on: of
								 * ScimMergeConflict *; NIL: none */
	const ScimWriteOptions *options;	/* as they were given */
	bool		reports;		/* also with what is told on request */
	bool		all_groups;		/* the report needs all of a user's groups */
	Jsonb	   *given;			/* for the report: what was sent, if it holds what is the server's
								 * to say */
} ScimWrite;

/*
 * Begins one: SPI, the table, the tenant, the policy that binds it, what is to be shown and
 * reported, and on which resource.  INVALID_VERSION_FORMAT, NOT_FOUND.
 */
extern void scim_write_begin(ScimWrite *write, ScimOperation operation,
							 const ScimWriteOptions *options, ScimWriteResult *result);

/* A password (NULL: it is cleared), if one is given. */
extern void scim_write_take_password(ScimWrite *write, bool given, const char *password);

/*
 * A resource that is sent whole: its document, password and members.  Errors:
 * those of scim_read_input.
 */
extern void scim_write_take_input(ScimWrite *write, Jsonb *data);

/*
 * Finds and locks the members that are to come, before the group; the same once
 * more, when filters told them.
 */
extern void scim_write_lock_members(ScimWrite *write);
extern void scim_write_prepare_members(ScimWrite *write);

/*
 * Locks the resource's row and reads it; NOT_FOUND, PERMISSION_DENIED.  The second
 * returns false instead.  (What is only to be proposed, the first reads alone.)
 */
extern void scim_write_lock_row(ScimWrite *write);
extern void scim_see_row(const ScimTarget *target, const char *id, const char *given, ScimRow *row);
extern bool scim_write_try_lock_row(ScimWrite *write);

/* Takes the document apart, unless it is, in place of what the row holds (NULL: it is new). */
extern void scim_write_take_apart(ScimWrite *write, const ScimRow *old);

/*
 * Is what is wanted there already, in the row that was read?  "stale": it must
 * not be written otherwise.
 */
extern bool scim_write_is_there(ScimWrite *write, bool stale);

/*
 * The INSERT, and the row as it became.  False: none came back; why, tells the error
 * of the other: UNIQUENESS, or something suppressed it.
 */
extern bool scim_write_try_insert(ScimWrite *write);
extern SCIM_NORETURN void scim_write_throw_not_inserted(ScimWrite *write);

/* The UPDATE, on condition of the version unless that is NULL; false if it found no such row. */
extern bool scim_write_update_row(ScimWrite *write, const char *expected);

/* The memberships, and with them the group's count, digest and version. */
extern void scim_write_store_members(ScimWrite *write);

#endif							/* SCIM_OPERATION_WRITE_H */
