/*
 * proposal_row.h
 *		A row of the table of proposals (sql/parts/proposals.sql) as a proposal, and back.
 */
#ifndef SCIM_DECISION_PROPOSAL_ROW_H
#define SCIM_DECISION_PROPOSAL_ROW_H

#include "decision/proposal.h"

/* Its columns, in their order, */
enum
{
	SCIM_PROPOSAL_ID,
	SCIM_PROPOSAL_TENANT,
	SCIM_PROPOSAL_TYPE,
	SCIM_PROPOSAL_RESOURCE,
	SCIM_PROPOSAL_OPERATIONS,
	SCIM_PROPOSAL_BASE_VERSION,
	SCIM_PROPOSAL_BASE,
	SCIM_PROPOSAL_CHANGES,
	SCIM_PROPOSAL_VERSION,
	SCIM_PROPOSAL_REASON,
	SCIM_PROPOSAL_PROPOSER,
	SCIM_PROPOSAL_LOGIN,
	SCIM_PROPOSAL_PRINCIPAL,
	SCIM_PROPOSAL_AGENT,
	SCIM_PROPOSAL_PARENT,
	SCIM_PROPOSAL_DEPTH,
	SCIM_PROPOSAL_STATUS,
	SCIM_PROPOSAL_CONFLICTS,
	SCIM_PROPOSAL_CREATED_AT,
	SCIM_PROPOSAL_EXPIRES_AT,
	SCIM_PROPOSAL_DECIDED_AT,
	SCIM_PROPOSAL_APPLIED_VERSION,
	SCIM_PROPOSAL_COLUMNS
};

extern const Oid scim_proposal_column_types[SCIM_PROPOSAL_COLUMNS];

/* and in statements. */
#define SCIM_PROPOSAL_COLUMN_NAMES \
	"id, tenant_id, resource_type, resource_id, operations, base_version, base, changes, version," \
	" reason, proposer, login, principal, agent, parent, depth, status, conflicts, created_at," \
	" expires_at, decided_at, applied_version"

/* An error, if the extension is of a version that has none. */
extern Oid	scim_proposals_table(void);

/* The values of a row as a proposal, copied. */
extern void scim_take_proposal(const Datum *values, const bool *nulls, ScimProposal *proposal);

/* A row as SPI takes it. */
typedef struct ScimProposalRow
{
	Datum		values[SCIM_PROPOSAL_COLUMNS];
	char		nulls[SCIM_PROPOSAL_COLUMNS];
} ScimProposalRow;

extern void scim_make_proposal_row(const ScimProposal *proposal, ScimProposalRow *row);

#endif							/* SCIM_DECISION_PROPOSAL_ROW_H */
