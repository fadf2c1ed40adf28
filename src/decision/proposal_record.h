/*
 * proposal_record.h
 *		Proposals as the history has them.
 */
#ifndef SCIM_DECISION_PROPOSAL_RECORD_H
#define SCIM_DECISION_PROPOSAL_RECORD_H

#include "decision/proposal.h"

/*
 * What became of it so far: status, version, and who decided what.  Nothing of what it is
 * about, nor of what was said, as entries are for whoever works in the tenant.
 */
extern Jsonb *scim_proposal_record(const ScimProposal *proposal);

#endif							/* SCIM_DECISION_PROPOSAL_RECORD_H */
