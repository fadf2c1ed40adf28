/*
 * apply.h
 *		Applying a proposal: the change that was approved is made, and no other.
 *
 * It is made by a write like others, with the rights of whoever gave the last approval.
 * Between what was proposed and the row as it is a merge stands, as others may have
 * changed that since.  What the merge leaves to be done is compared with what was approved.
 */
#ifndef SCIM_OPERATION_APPLY_H
#define SCIM_OPERATION_APPLY_H

#include "decision/proposal.h"
#include "operation/write.h"

typedef enum ScimApplyOutcome
{
	SCIM_APPLY_WRITTEN,			/* as it was approved */
	SCIM_APPLY_THERE,			/* it was there already */
	SCIM_APPLY_REBASED,			/* another difference is left: that is to be approved */
	SCIM_APPLY_CONFLICTS,		/* others changed the same otherwise */
	SCIM_APPLY_GONE				/* the resource is */
} ScimApplyOutcome;

/* One under way.  What it comes to lives where the write's caller wants it. */
typedef struct ScimApplication
{
	const ScimProposal *proposal;	/* whose row is locked */
	ScimApplyOutcome outcome;
	const char *id;				/* written: of the resource */
	const char *version;		/* written, there: that it has now, or had when it was deleted;
								 * rebased: that the changes are made of */
	Jsonb	   *base;			/* rebased: */
	Jsonb	   *changes;
	Jsonb	   *conflicts;		/* [{"path", "base", "mine", "theirs"}] */
} ScimApplication;

/*
 * Applies the proposal, whose row is locked, and says in it what became of it: status,
 * decided_at, applied_version, resource_id; or else base, changes, version, conflicts.  It
 * is not written.  Errors: those of the write.
 */
extern ScimApplyOutcome scim_apply_proposal(ScimProposal *proposal, bool asks_deferred);

/* The proposal that the write of these options applies; NULL: none. */
extern const pg_uuid_t *scim_applied_id(const ScimWriteOptions *options);

/* ---- what the writes ask that apply one (write->options->applies) ---- */

/* Is the resource gone, whoever asks?  Then the write is over.  ("application" NULL: false.) */
extern bool scim_apply_is_gone(const ScimTarget *target, const char *id,
							   ScimApplication *application);

/* Locks the row of a patch; false: the same. */
extern bool scim_apply_lock(ScimWrite *write);

/*
 * The row is locked, and the members that filters mean are known: what is wanted is merged
 * with it.  True: it is what was approved, and to be written; false: the write is over.
 */
extern bool scim_apply_merge(ScimWrite *write);

/* A create or patch has been written. */
extern void scim_apply_written(ScimWrite *write);

/*
 * A delete, of the row that is locked.  True: that is the content that was to be deleted;
 * false: the write is over.
 */
extern bool scim_apply_to_row(const ScimTarget *target, const ScimRow *row,
							  ScimApplication *application);

#endif							/* SCIM_OPERATION_APPLY_H */
