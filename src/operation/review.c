/*
 * review.c
 *		Deciding on proposals.
 *
 * The proposal's row is locked before anything is read of it, and before the resource: of
 * two who decide at once the second finds what the first has left.  Then it is decided in
 * one place whether it is still open, who decides, and on what.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "decision/proposal_write.h"
#include "decision/review.h"
#include "decision/rights.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "operation/apply.h"
#include "operation/propose.h"
#include "operation/review.h"
#include "resource/frame.h"
#include "resource/target.h"
#include "tcop/utility.h"

/* A decision under way. */
typedef struct Deciding
{
	const ScimReviewOptions *options;
	ScimDecision decision;
	const char *expected;
	ScimProposal proposal;		/* locked */
	const ScimPolicy *policy;	/* by which it is decided; NULL: none */
	bool		rebased;
	const Jsonb *counter;		/* the proposal that takes its place; NULL: none */
	MemoryContext caller;
} Deciding;

/* ---- what is asked ---- */

static void
check_comment(const char *comment)
{
	if (comment && pg_mbstrlen(comment) > SCIM_MOST_REASON)
		scim_throw_path(SCIM_BAD_PARAMETER, "comment", "comment must have %d characters at most",
						SCIM_MOST_REASON);
}

static void
take_options(Deciding *deciding)
{
	const ScimReviewOptions *options = deciding->options;
	bool		counters;

	if (!scim_decision_named(options->decision, &deciding->decision))
		scim_throw_path(SCIM_BAD_PARAMETER, "decision",
						"decision must be \"approve\", \"reject\", \"counter\" or \"withdraw\", "
						"not \"%s\"", options->decision);
	counters = deciding->decision == SCIM_COUNTERS;
	if (counters != (options->operations != NULL))
		scim_throw_path(SCIM_BAD_PARAMETER, "operations",
						counters ? "a counter needs operations"
						: "operations are for the decision \"counter\" only");
	check_comment(options->comment);
	deciding->expected = scim_read_expected(options->expected);
	if (deciding->expected == NULL)
		scim_throw_path(SCIM_NO_PROPOSAL_VERSION, "expected_version",
						"expected_version must be the version of the proposal");
}

/* ---- may it be decided so ---- */

static ScimError *
error_of(ScimErrorCode code, const ScimProposal *proposal)
{
	ScimError  *error = scim_error(code);

	scim_error_text(error, "proposal_id", scim_uuid_text(&proposal->id));
	return error;
}

static void
check_open(const ScimProposal *proposal)
{
	const char *status = scim_proposal_status_name(proposal->status);
	ScimError  *error;

	if (proposal->status == SCIM_PROPOSAL_OPEN)
		return;
	error = error_of(SCIM_PROPOSAL_CLOSED, proposal);
	scim_error_text(error, "proposal_status", status);
	scim_throw(error, "the proposal is not open any more: it is %-s", status);
}

static SCIM_NORETURN void throw_not_reviewer(const Deciding *deciding, ScimErrorCode situation,
											 const char *why);

static void
throw_not_reviewer(const Deciding *deciding, ScimErrorCode situation, const char *why)
{
	ScimError  *error = error_of(situation, &deciding->proposal);

	scim_error_list(error, "reviewers", scim_new_texts(scim_reviewers_of(deciding->policy)));
	scim_throw(error, "%-s", why);
}

static void
check_person(const Deciding *deciding)
{
	bool		is_own = scim_is_proposer(&deciding->proposal, deciding->policy);

	/* nor does what a write brings along decide: it may be the one that is being approved */
	if (!scim_acts_itself() || scim_call_around(NULL) != NULL)
		throw_not_reviewer(deciding, SCIM_DECIDES_FOR_OTHERS,
						   "nobody decides by the code of others, or within another write");
	if (deciding->decision == SCIM_WITHDRAWS)
	{
		if (!is_own)
			throw_not_reviewer(deciding, SCIM_NOT_THE_PROPOSER,
							   "others proposed it: only they withdraw it");
		return;
	}
	if (is_own)
		throw_not_reviewer(deciding, SCIM_NOT_A_REVIEWER,
						   "who proposed it, in whatever role, does not decide on it");
	if (!scim_may_review(&deciding->proposal, deciding->policy))
		throw_not_reviewer(deciding, SCIM_NOT_A_REVIEWER, "others than you decide on it");
}

static bool
sees_contents(const ScimProposal *proposal)
{
	return scim_sees_proposals(proposal->tenant, proposal->type, true);
}

/* Who may read what it is about is shown what it is now; the server's log is not. */
static void
check_version(const Deciding *deciding)
{
	const ScimProposal *proposal = &deciding->proposal;
	ScimError  *error;
	JsonbValue	changes;

	if (strcmp(proposal->version, deciding->expected) == 0)
		return;
	error = error_of(SCIM_PROPOSAL_MISMATCH, proposal);
	scim_error_text(error, "resource_type", proposal->type);
	if (proposal->resource_id)
		scim_error_whole(error, "resource_id", proposal->resource_id);
	scim_error_text(error, "expected_version", deciding->expected);
	scim_error_whole(error, "current_version", proposal->version);
	scim_root(proposal->changes, &changes);
	if (sees_contents(proposal))
		scim_error_private(error, "changes", &changes, NULL);
	scim_throw(error, "Version mismatch: the changes that are proposed are others now");
}

/* ---- deciding ---- */

static int
count_approvals(const Deciding *deciding)
{
	return scim_count_approvals(&deciding->proposal, deciding->policy,
								scim_read_reviews(&deciding->proposal.id));
}

/* Nobody has approved what is left, or what stands against it. */
static void
approve(Deciding *deciding)
{
	ScimApplyOutcome outcome;

	if (count_approvals(deciding) < scim_quorum_of(deciding->policy))
		return;
	outcome = scim_apply_proposal(&deciding->proposal, deciding->options->leases,
								  deciding->options->asks_deferred);
	deciding->rebased = outcome == SCIM_APPLY_REBASED;
	if (deciding->proposal.status == SCIM_PROPOSAL_OPEN)
		scim_void_reviews(&deciding->proposal);
}

/* The new one is proposed by who counters, and so not his to approve. */
static void
counter(Deciding *deciding)
{
	const ScimProposal *proposal = &deciding->proposal;
	ScimWriteOptions options = {
		.type = proposal->type,
		.tenant = proposal->tenant,
		.id = proposal->resource_id,
		.reason = deciding->options->comment,
		.counters = proposal
	};
	ScimWriteResult result;

	scim_store_propose(&options, deciding->options->operations, &result);
	deciding->counter = result.resource;
	scim_close_proposal(&deciding->proposal, SCIM_PROPOSAL_COUNTERED);
}

static void
decide(Deciding *deciding)
{
	ScimProposal *proposal = &deciding->proposal;

	scim_insert_review(proposal, deciding->policy, deciding->decision, deciding->options->comment);
	switch (deciding->decision)
	{
		case SCIM_APPROVES:
			approve(deciding);
			break;
		case SCIM_REJECTS:
			scim_close_proposal(proposal, SCIM_PROPOSAL_REJECTED);
			break;
		case SCIM_COUNTERS:
			counter(deciding);
			break;
		case SCIM_WITHDRAWS:
			scim_close_proposal(proposal, SCIM_PROPOSAL_WITHDRAWN);
			break;
	}
	scim_update_proposal(proposal);
}

/* ---- the answer ---- */

static Jsonb *
show(const Deciding *deciding)
{
	const ScimProposal *proposal = &deciding->proposal;
	JsonbValue *shown = scim_new_object();
	JsonbValue	root;

	scim_set_text(shown, "proposal_id", scim_uuid_text(&proposal->id));
	scim_set_text(shown, "status", scim_proposal_status_name(proposal->status));
	scim_set_text(shown, "version", proposal->version);
	scim_set_integer(shown, "approvals", count_approvals(deciding));
	scim_set_integer(shown, "quorum", scim_quorum_of(deciding->policy));
	scim_set_bool(shown, "rebased", deciding->rebased);
	if (proposal->conflicts && sees_contents(proposal))
	{
		scim_root(proposal->conflicts, &root);
		scim_set_value(shown, "conflicts", &root);
	}
	scim_set_optional_text(shown, "applied_version", proposal->applied_version);
	if (deciding->counter)
	{
		scim_root(unconstify(Jsonb *, deciding->counter), &root);
		scim_set_value(shown, "counter", &root);
	}
	return scim_write_in(deciding->caller, shown);
}

Jsonb *
scim_store_review(const ScimReviewOptions *options)
{
	Deciding	deciding = {.options = options, .caller = CurrentMemoryContext};
	Jsonb	   *result;

	PreventCommandIfReadOnly("scim_review_proposal()");
	take_options(&deciding);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	scim_lock_proposal(options->id, &deciding.proposal);
	deciding.policy = scim_policy_of_proposal(&deciding.proposal);
	check_open(&deciding.proposal);
	check_person(&deciding);
	check_version(&deciding);
	decide(&deciding);
	result = show(&deciding);
	SPI_finish();
	return result;
}
