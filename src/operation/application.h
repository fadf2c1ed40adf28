/*
 * application.h
 *		A proposal that is being applied: what its write is told, and tells.
 */
#ifndef SCIM_OPERATION_APPLICATION_H
#define SCIM_OPERATION_APPLICATION_H

#include "decision/proposal.h"
#include "operation/write_options.h"
#include "resource/target.h"

typedef enum ScimApplyOutcome
{
	SCIM_APPLY_WRITTEN,			/* as it was approved */
	SCIM_APPLY_THERE,			/* it was there already */
	SCIM_APPLY_REBASED,			/* another difference is left: that is to be approved */
	SCIM_APPLY_CONFLICTS,		/* others changed the same otherwise */
	SCIM_APPLY_GONE				/* the resource is */
} ScimApplyOutcome;

/* What it comes to lives where the write's caller wants it. */
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

/* The proposal that the write of these options applies; NULL: none. */
extern const pg_uuid_t *scim_applied_id(const ScimWriteOptions *options);

/* The row was written, and is as it was read then. */
extern void scim_note_applied(const ScimTarget *target, ScimRow *row,
							  ScimApplication *application);

/* A version, or jsonb, that it comes to. */
extern void scim_keep_version(const ScimTarget *target, ScimApplication *application,
							  const char *version);
extern Jsonb *scim_keep_jsonb(const ScimTarget *target, const Jsonb *jsonb);

/* Is the resource gone, whoever asks?  Then the write is over.  ("application" NULL: false.) */
extern bool scim_apply_is_gone(const ScimTarget *target, const char *id,
							   ScimApplication *application);

/*
 * Is it gone, too, as what has its id was made since it was proposed?  Whom that is, nobody
 * knows who approved.  Only a history tells.
 */
extern bool scim_apply_is_made_anew(const ScimTarget *target, const char *id,
									ScimApplication *application);

#endif							/* SCIM_OPERATION_APPLICATION_H */
