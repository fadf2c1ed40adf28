/*
 * proposal_read.h
 *		Reading proposals.
 *
 * By id without a statement, as it is committed now (decision/lease.h does the same).
 */
#ifndef SCIM_DECISION_PROPOSAL_READ_H
#define SCIM_DECISION_PROPOSAL_READ_H

#include "decision/proposal.h"
#include "nodes/pg_list.h"

/* PROPOSAL_NOT_FOUND; what another tenant's is, or not the caller's to see, is not there. */
extern void scim_read_proposal(const pg_uuid_t *id, ScimProposal *proposal);

/* The same, whoever may see it; false: there is none. */
extern bool scim_find_proposal(const pg_uuid_t *id, ScimProposal *proposal);

/*
 * Those that the rest of a SELECT of the table as p finds ("WHERE ...", with parameters),
 * under the active snapshot, whoever may see them: of ScimProposal *.
 */
extern List *scim_select_proposals(const char *rest, int nargs, Oid *types, Datum *values);

#endif							/* SCIM_DECISION_PROPOSAL_READ_H */
