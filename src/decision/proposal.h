/*
 * proposal.h
 *		Proposals, as their table has them.
 *
 * Read by id without a statement, as it is committed now (decision/lease.h does the same);
 * written as the owner of the table.  Each write is recorded in the history (resource type
 * Proposal).  Within SPI.
 */
#ifndef SCIM_DECISION_PROPOSAL_H
#define SCIM_DECISION_PROPOSAL_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"
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

/* PROPOSAL_NOT_FOUND; what another tenant's is, or not the caller's to see, is not there. */
extern void scim_read_proposal(const pg_uuid_t *id, ScimProposal *proposal);

/* The same, whoever may see it; false: there is none. */
extern bool scim_find_proposal(const pg_uuid_t *id, ScimProposal *proposal);

/*
 * Those that the rest of a SELECT of the table as p finds ("WHERE ...", with parameters),
 * under the active snapshot, whoever may see them: of ScimProposal *.
 */
extern List *scim_select_proposals(const char *rest, int nargs, Oid *types, Datum *values);

/*
 * As scim_read_proposal, with its row locked FOR UPDATE, before the resource: whoever decides comes
 * alone.  What it then holds is what is committed now (above READ COMMITTED, 40001 if that
 * is newer than the snapshot).
 */
extern void scim_lock_proposal(const pg_uuid_t *id, ScimProposal *proposal);

/* A new row; its id is filled in. */
extern void scim_insert_proposal(ScimProposal *proposal);

/*
 * What may change of the row, which is locked: resource_id, base, base_version, changes, version,
 * status, conflicts, decided_at, applied_version.  Behind each review, as that is a step of
 * its history, too.
 */
extern void scim_update_proposal(ScimProposal *proposal);

/* The version of changes: a hash of their canonical form (scim_canonical).  Palloc'd. */
extern char *scim_version_of_changes(Jsonb *changes);

#endif							/* SCIM_DECISION_PROPOSAL_H */
