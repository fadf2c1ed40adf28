/*
 * proposal.c
 *		The handlers of proposals: a change is proposed, looked at, decided on.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "operation/proposals.h"
#include "operation/propose.h"
#include "operation/review.h"
#include "tools/arguments.h"
#include "tools/envelope.h"
#include "tools/handlers.h"
#include "tools/lists.h"
#include "tools/named_tools.h"
#include "tools/proposal.h"
#include "tools/proposed.h"

/* ---- what to do next ---- */

#define DECIDED	": then one of the reviewers decides."
#define AGAIN_STEP \
	"Make the same call again with on_conflict \"propose\", or propose it with " \
	"scim_propose_change, which takes a reason" DECIDED
#define AGAIN_ALONE_STEP	"Make the same call again with on_conflict \"propose\"" DECIDED
#define PROPOSE_STEP \
	"Propose it with scim_propose_change (operations on the {one})" DECIDED
#define PATCH_STEP	"Make it with scim_patch_{one} and on_conflict \"propose\"" DECIDED
#define RESTORE_STEP \
	"Propose with scim_propose_change what brings it back: operations on the {one}, or, of one " \
	"that was deleted, create, by which it has another id. Then one of the reviewers decides."
#define ASK_STEP \
	"One of the reviewers has to decide: tell whom you work for."
#define DENIED_STEP \
	"The policy does not let you do that. Leave it, or ask with scim_propose_change that " \
	"somebody does it who may."
#define REVIEWER_STEP \
	"Somebody else has to decide, in one of the roles that reviewers names; not in another way, " \
	"or under another name of yours. You may withdraw what you have proposed."
#define CLOSED_STEP \
	"scim_list_proposals with proposal_id shows what became of it. What is still to be changed " \
	"is proposed anew, on the {one} as it is now."
#define CHANGED_STEP \
	"changes is what it would change now. Decide on that, and call again with expected_version = " \
	"current_version."
#define UNSEEN_STEP \
	"Read its changes as they are now (scim_list_proposals with proposal_id), decide on these, " \
	"and call again with its version as expected_version."
#define UNSHOWN_STEP \
	"Have its changes shown as they are now, decide on these, and call again with its version as " \
	"expected_version."

static bool
may_propose(const ScimToolCall *call)
{
	return call->tool->parameters[PARAM_ON_CONFLICT] ||
		call->tool->parameters[PARAM_ON_REVIEW] || call->tool->parameters[PARAM_ON_DELETE];
}

/* How the reviewers are asked, by who has what it takes. */
static const char *
ask_step(const ScimToolCall *call)
{
	static const char *const again[] = {AGAIN_STEP, AGAIN_ALONE_STEP, NULL};
	static const char *const restore[] = {RESTORE_STEP, ASK_STEP, NULL};
	static const char *const others[] = {PROPOSE_STEP, PATCH_STEP, ASK_STEP, NULL};

	return scim_first_with_tools(may_propose(call) ? again
								 : call->tool->id == TOOL_RESTORE ? restore
								 : others,
								 scim_subject_of(call->tool, call->type));
}

static const char *
step_after(const ScimToolCall *call, const JsonbValue *content, const ScimErrorKind *kind)
{
	if (kind == scim_error_kind(SCIM_REVIEW_REQUIRED))
		return ask_step(call);
	if (kind == scim_error_kind(SCIM_POLICY_DENIED))
		return call->tool->id == TOOL_REVIEW ? NULL : DENIED_STEP;
	if (kind == scim_error_kind(SCIM_NOT_A_REVIEWER))
		return REVIEWER_STEP;
	if (kind == scim_error_kind(SCIM_PROPOSAL_CLOSED))
		return CLOSED_STEP;
	if (kind == scim_error_kind(SCIM_VERSION_MISMATCH) && call->tool->id == TOOL_REVIEW)
		return scim_get(content, "changes", strlen("changes")) ? CHANGED_STEP
			: scim_has_named_tools(UNSEEN_STEP) ? UNSEEN_STEP
			: UNSHOWN_STEP;
	return NULL;
}

void
scim_say_proposal_step(const ScimToolCall *call, JsonbValue *content, const ScimErrorKind *kind)
{
	const char *step;

	if (call->tool == NULL)
		return;
	step = step_after(call, content, kind);
	if (step)
		scim_set_next_step(content, scim_tool_text(step, scim_subject_of(call->tool, call->type)));
}

/* ---- proposing ---- */

text *
scim_run_propose(ScimToolCall *call)
{
	ScimWriteOptions options = scim_write_options(call, NULL);

	options.reason = scim_argument_text(call, PARAM_REASON);
	scim_store_propose(&options, scim_argument_operations(call, PARAM_PROPOSED), &call->written);
	return scim_success_proposed(call);
}

/* ---- reading ---- */

/* The proposal that the call names alone. */
static text *
read_one(const ScimToolCall *call)
{
	static const ScimParameterId of_lists[] = {
		PARAM_STATUS, PARAM_RESOURCE_TYPE, PARAM_ID, PARAM_COUNT, PARAM_PROPOSALS_CURSOR
	};
	const pg_uuid_t *proposal = scim_argument_uuid(call, PARAM_PROPOSAL_ID);

	for (int i = 0; i < (int) lengthof(of_lists); i++)
		scim_refuse_together(call, PARAM_PROPOSAL_ID, of_lists[i]);
	return scim_success_proposal(scim_store_get_proposal(proposal, true), scim_metadata(call));
}

text *
scim_run_read_proposals(ScimToolCall *call)
{
	const char *status = scim_argument_word(call, PARAM_STATUS);

	if (call->given[PARAM_PROPOSAL_ID])
		return read_one(call);
	if (call->given[PARAM_ID] && !call->given[PARAM_RESOURCE_TYPE])
		scim_throw_path(SCIM_INVALID_ARGUMENT, "resource_type",
						"argument resource_id needs resource_type");
	return scim_run_list_proposals(call, status == NULL ? "open"
								   : strcmp(status, "any") == 0 ? NULL
								   : status);
}

/* ---- deciding ---- */

#define REBASED \
	"Others have made a part of it meanwhile: what is left is another change, which has to be " \
	"approved anew. Read it with scim_list_proposals and proposal_id."
#define CONFLICTING \
	"Others changed the same meanwhile, so it was not written. Counter it with what fits now, or " \
	"reject it."

static bool
says(const Jsonb *answer, const char *name)
{
	JsonbValue	value;

	if (!scim_find((JsonbContainer *) &answer->root, name, &value))
		return false;
	return value.type == jbvBool ? value.val.boolean : !scim_is_unassigned(&value);
}

text *
scim_run_review(ScimToolCall *call)
{
	ScimReviewOptions options = {
		.id = scim_argument_uuid(call, PARAM_PROPOSAL_ID),
		.decision = scim_argument_word(call, PARAM_DECISION),
		.expected = scim_argument_text(call, PARAM_PROPOSAL_VERSION),
		.comment = scim_argument_text(call, PARAM_COMMENT),
		.operations = scim_argument_operations(call, PARAM_PROPOSED),
		.leases = scim_argument_uuids(call, PARAM_LEASE_ID),
		.asks_deferred = true,
	};
	JsonbValue *metadata = scim_metadata(call);
	Jsonb	   *decided = scim_store_review(&options);

	if (says(decided, "rebased"))
		scim_set_text(metadata, "rebased", scim_fit_to_tools(REBASED));
	if (says(decided, "conflicts"))
		scim_set_text(metadata, "conflicts", CONFLICTING);
	return scim_success_proposal(decided, metadata);
}
