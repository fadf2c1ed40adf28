/*
 * pending.h
 *		What a membership trigger has counted, handed to the row trigger of the
 *		group: only so may member_count and member_digest change.
 */
#ifndef SCIM_RESOURCE_PENDING_H
#define SCIM_RESOURCE_PENDING_H

#include "postgres.h"

#include "base/digest.h"
#include "statement/statements.h"

typedef struct ScimPending
{
	Oid			root;			/* the group table */
	int			depth;			/* of triggers, at which the row trigger will run */
	bool		empty;			/* all members went (TRUNCATE) */
	bool		recount;		/* they are to be counted anew */
	int64		count;			/* else: members that came, less those that went */
	uint8		digest[SCIM_DIGEST_SIZE];	/* the sum of their hashes */
	struct ScimPending *outer;
} ScimPending;

/* What is pending for the row that is updated now, or NULL: it is no membership trigger's update. */
extern const ScimPending *scim_pending_for(Oid root);

/* Runs a statement that updates groups: of each, the row trigger takes what is pending from "frame".  Returns how many. */
extern uint64 scim_run_pending(ScimPending *frame, ScimStatement statement, const ScimRegistration *groups,
							   Datum *values, const char *nulls);

#endif							/* SCIM_RESOURCE_PENDING_H */
