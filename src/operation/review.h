/*
 * review.h
 *		Deciding on proposals.
 */
#ifndef SCIM_OPERATION_REVIEW_H
#define SCIM_OPERATION_REVIEW_H

#include "postgres.h"

#include "base/uuids.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

typedef struct ScimReviewOptions
{
	const pg_uuid_t *id;		/* of the proposal */
	const char *decision;		/* approve, reject, counter, withdraw */
	const char *expected;		/* its version; required */
	const char *comment;		/* or NULL */
	Jsonb	   *operations;		/* of a counter; else NULL */
	const ScimUuids *leases;	/* that are named where it is applied, as of writes; or NULL */
	bool		asks_deferred;	/* as of writes: what is applied is to stand */
} ScimReviewOptions;

/*
 * {"proposal_id", "status", "version", "approvals", "quorum", "rebased", "conflicts",
 * "applied_version"}, of a counter also "counter", the new proposal.  PROPOSAL_NOT_FOUND,
 * PROPOSAL_CLOSED, NOT_A_REVIEWER, VERSION_MISMATCH, VERSION_REQUIRED, INVALID_VALUE, and,
 * where it is to be applied, those of the write.
 */
extern Jsonb *scim_store_review(const ScimReviewOptions *options);

#endif							/* SCIM_OPERATION_REVIEW_H */
