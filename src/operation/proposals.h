/*
 * proposals.h
 *		Reading proposals.
 */
#ifndef SCIM_OPERATION_PROPOSALS_H
#define SCIM_OPERATION_PROPOSALS_H

#include "decision/proposal.h"
#include "utils/jsonb.h"

#define SCIM_DEFAULT_PROPOSALS_SIZE 20

typedef struct ScimProposalsQuery
{
	const char *status;			/* NULL: of any */
	const char *type;			/* NULL: of all */
	const char *id;				/* of the resource; NULL: of all.  With a type only */
	const char *tenant;			/* NULL: the session's */
	int			count;
	const char *cursor;
	bool		fresh;			/* under a new snapshot, that sees this call's writes */
} ScimProposalsQuery;

/* {"proposals": [...], "nextCursor"}: the newest first. */
extern Jsonb *scim_store_list_proposals(const ScimProposalsQuery *query);

/* One, with "reviews" and "ancestors".  PROPOSAL_NOT_FOUND. */
extern Jsonb *scim_store_get_proposal(const pg_uuid_t *id, bool fresh);

#endif							/* SCIM_OPERATION_PROPOSALS_H */
