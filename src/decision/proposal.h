/*
 * proposal.h
 *		What a proposal is: a change that waits for people to decide on it.
 *
 * It is read by proposal_read.h, and written by proposal_write.h.
 */
#ifndef SCIM_DECISION_PROPOSAL_H
#define SCIM_DECISION_PROPOSAL_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* Characters that a reason or a comment may have. */
#define SCIM_MOST_REASON 1000

/* So many proposals may stand before one in the line of those that it counters. */
#define SCIM_MOST_COUNTERS 20

typedef enum ScimProposalStatus
{
	SCIM_PROPOSAL_OPEN,
	SCIM_PROPOSAL_APPLIED,
	SCIM_PROPOSAL_REJECTED,
	SCIM_PROPOSAL_COUNTERED,
	SCIM_PROPOSAL_WITHDRAWN,
	SCIM_PROPOSAL_FAILED,		/* the resource is gone */
	SCIM_PROPOSAL_EXPIRED		/* stored as open: the clock tells */
} ScimProposalStatus;

/* As columns of scim_proposal_rows (sql/parts/proposals.sql); palloc'd, NULL as there. */
typedef struct ScimProposal
{
	pg_uuid_t	id;
	const char *tenant;
	const char *type;
	const char *resource_id;
	Jsonb	   *operations;
	const char *base_version;
	Jsonb	   *base;
	Jsonb	   *changes;
	const char *version;
	const char *reason;
	const char *proposer;
	const char *login;
	const char *principal;
	const char *agent;
	bool		has_parent;
	pg_uuid_t	parent;
	int			depth;
	ScimProposalStatus status;
	Jsonb	   *conflicts;
	TimestampTz created_at;
	TimestampTz expires_at;
	bool		is_decided;
	TimestampTz decided_at;
	const char *applied_version;
	Jsonb	   *recorded;		/* as the history has it; NULL: nothing was locked, nor written */
} ScimProposal;

/* "open", and back. */
extern const char *scim_proposal_status_name(ScimProposalStatus status);
extern bool scim_proposal_status_named(const char *name, ScimProposalStatus *status);

/* The name that is kept: that one has expired, the clock says, and nothing else. */
extern const char *scim_kept_status_name(ScimProposalStatus status);

/* It is decided now, and is that from now on. */
extern void scim_close_proposal(ScimProposal *proposal, ScimProposalStatus status);

/* The version of changes: a hash of their canonical form (scim_canonical).  Palloc'd. */
extern char *scim_version_of_changes(Jsonb *changes);

#endif							/* SCIM_DECISION_PROPOSAL_H */
