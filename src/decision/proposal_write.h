/*
 * proposal_write.h
 *		Writing proposals, and locking them before.
 *
 * As the owner of their table, and within SPI.  What is written is recorded in the history
 * (resource type Proposal).
 */
#ifndef SCIM_DECISION_PROPOSAL_WRITE_H
#define SCIM_DECISION_PROPOSAL_WRITE_H

#include "decision/proposal.h"

/*
 * As scim_read_proposal (proposal_read.h), with its row locked FOR UPDATE, before the
 * resource: whoever decides comes alone.  What it then holds is what is committed now (above
 * READ COMMITTED, 40001 if that is newer than the snapshot).
 */
extern void scim_lock_proposal(const pg_uuid_t *id, ScimProposal *proposal);

/* A new row; its id is filled in. */
extern void scim_insert_proposal(ScimProposal *proposal, const pg_uuid_t *id);

/*
 * What may change of the row, which is locked: resource_id, base, base_version, changes, version,
 * status, conflicts, decided_at, applied_version.  Behind each review, as that is a step of
 * its history, too.
 */
extern void scim_update_proposal(ScimProposal *proposal);

#endif							/* SCIM_DECISION_PROPOSAL_WRITE_H */
