/*
 * review.h
 *		Reviews: what was decided of proposals, who may decide, and what counts.
 *
 * Within SPI.  Reviews are read as they are committed now: under the lock of the
 * proposal's row nobody else writes any.  They are written as the owner of their table.
 * Writing one is no step of the history by itself: scim_update_proposal is, which comes
 * behind it.
 */
#ifndef SCIM_DECISION_REVIEW_H
#define SCIM_DECISION_REVIEW_H

#include "decision/person.h"
#include "decision/policy.h"
#include "decision/proposal.h"

typedef enum ScimDecision
{
	SCIM_APPROVES,
	SCIM_REJECTS,
	SCIM_COUNTERS,
	SCIM_WITHDRAWS				/* the proposer */
} ScimDecision;

typedef struct ScimReview
{
	int			number;			/* from 1 on */
	ScimDecision decision;
	const char *version;		/* of the changes that it is about */
	const char *comment;		/* NULL: none */
	ScimPerson	reviewer;
	const char *agent;			/* NULL: none */
	TimestampTz at;
	bool		counts;			/* the changes are still the same, and he has not decided again */
} ScimReview;

/* "approve", and back. */
extern const char *scim_decision_name(ScimDecision decision);
extern bool scim_decision_named(const char *name, ScimDecision *decision);

/* Those of a proposal, in their order: of ScimReview *. */
extern List *scim_read_reviews(const pg_uuid_t *proposal);

/*
 * Adds a decision of who acts now, in the place of what the same person decided before.  The
 * proposal's row is locked.
 */
extern void scim_insert_review(const ScimProposal *proposal, const ScimPolicy *policy,
							   ScimDecision decision, const char *comment);

/* The changes are others than those that were approved: no approval counts any more. */
extern void scim_void_reviews(const ScimProposal *proposal);

/* The policy by which it is decided: that of now, also where it does not bind who asks; or NULL. */
extern const ScimPolicy *scim_policy_of_proposal(const ScimProposal *proposal);

/* What it would do: SCIM_CREATES, SCIM_DELETES, or else SCIM_PATCHES. */
extern ScimOperation scim_operation_of_proposal(const ScimProposal *proposal);

/*
 * By the policy of now, even where it does not bind who asks (NULL: there is none): the roles
 * that decide, of char *, and how many.  NIL: whoever may make the change himself.
 */
extern const List *scim_reviewers_of(const ScimPolicy *policy);
extern int	scim_quorum_of(const ScimPolicy *policy);

/* Is who acts the proposer, in whatever role? */
extern bool scim_is_proposer(const ScimProposal *proposal, const ScimPolicy *policy);

/*
 * May who acts approve, reject or counter it: is he another person than the proposer, and one
 * of the reviewers?  (Whether it is still open, is not asked.)
 */
extern bool scim_may_review(const ScimProposal *proposal, const ScimPolicy *policy);

/*
 * How many approvals count: of reviewers of now, each of another person, and none of the
 * proposer's.
 */
extern int	scim_count_approvals(const ScimProposal *proposal, const ScimPolicy *policy,
								 const List *reviews);

#endif							/* SCIM_DECISION_REVIEW_H */
