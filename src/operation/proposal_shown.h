/*
 * proposal_shown.h
 *		A proposal, as callers are shown it.
 */
#ifndef SCIM_OPERATION_PROPOSAL_SHOWN_H
#define SCIM_OPERATION_PROPOSAL_SHOWN_H

#include "decision/proposal.h"

/*
 * What all answers have of it: {"proposal_id", "status", "version", "changes", "reviewers",
 * "quorum", "expires_at"}; "conflicts", if there are some.  Without "contents" nothing that
 * tells what the resource holds (changes, conflicts) is shown: that is for whoever
 * proposed it, or may read the history of the type.  Refers to the proposal.
 */
extern JsonbValue *scim_show_proposal(const ScimProposal *proposal, bool contents);

/*
 * The same to whoever reads it, with whose it is, what it is about, and whether he may review
 * it; contents, if he may read them.
 */
extern JsonbValue *scim_show_listed_proposal(const ScimProposal *proposal);

/* The same with all that is kept of it, and its reviews. */
extern JsonbValue *scim_show_whole_proposal(const ScimProposal *proposal);

#endif							/* SCIM_OPERATION_PROPOSAL_SHOWN_H */
