/*
 * proposal_shown.c
 *		A proposal, as callers are shown it.
 *
 * Who is to decide, and how many, is not kept with it: it is what the policy says now.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "decision/review.h"
#include "decision/rights.h"
#include "miscadmin.h"
#include "operation/proposal_shown.h"
#include "resource/show.h"

/* A proposal, and what is told beside it. */
typedef struct Shown
{
	const ScimProposal *proposal;
	const ScimPolicy *policy;	/* by which it is decided; NULL: none */
	bool		contents;		/* also what it is about */
	JsonbValue *object;
} Shown;

static void
set_content(JsonbValue *object, const char *key, Jsonb *content)
{
	JsonbValue	root;

	if (content == NULL)
		return;
	scim_root(content, &root);
	scim_set_value(object, key, &root);
}

/* What all answers have. */
static Shown
begin(const ScimProposal *proposal, bool contents)
{
	Shown		shown = {proposal, scim_policy_of_proposal(proposal), contents, scim_new_object()};
	JsonbValue *object = shown.object;

	scim_set_text(object, "proposal_id", scim_uuid_text(&proposal->id));
	scim_set_text(object, "status", scim_proposal_status_name(proposal->status));
	scim_set_text(object, "version", proposal->version);
	scim_set_value(object, "reviewers", scim_new_texts(scim_reviewers_of(shown.policy)));
	scim_set_integer(object, "quorum", scim_quorum_of(shown.policy));
	scim_set_date_time(object, "expires_at", proposal->expires_at);
	if (contents)
	{
		set_content(object, "changes", proposal->changes);
		set_content(object, "conflicts", proposal->conflicts);
	}
	return shown;
}

JsonbValue *
scim_show_proposal(const ScimProposal *proposal, bool contents)
{
	return begin(proposal, contents).object;
}

/* ---- to whoever reads it ---- */

static void
set_whose(JsonbValue *object, const ScimProposal *proposal)
{
	scim_set_text(object, "tenant_id", proposal->tenant);
	scim_set_text(object, "resource_type", proposal->type);
	scim_set_optional_text(object, "resource_id", proposal->resource_id);
	scim_set_optional_text(object, "base_version", proposal->base_version);
	scim_set_text(object, "proposer", proposal->proposer);
	scim_set_text(object, "login", proposal->login);
	scim_set_optional_text(object, "principal", proposal->principal);
	scim_set_optional_text(object, "agent", proposal->agent);
	if (proposal->has_parent)
		scim_set_text(object, "parent", scim_uuid_text(&proposal->parent));
	scim_set_date_time(object, "created_at", proposal->created_at);
	if (proposal->is_decided)
		scim_set_date_time(object, "decided_at", proposal->decided_at);
	scim_set_optional_text(object, "applied_version", proposal->applied_version);
}

static void
set_decision(const Shown *shown, const List *reviews)
{
	scim_set_integer(shown->object, "approvals",
					 scim_count_approvals(shown->proposal, shown->policy, reviews));
	scim_set_bool(shown->object, "can_review",
				  shown->proposal->status == SCIM_PROPOSAL_OPEN &&
				  scim_may_review(shown->proposal, shown->policy));
}

static Shown
begin_read(const ScimProposal *proposal, const List *reviews)
{
	Shown		shown = begin(proposal,
							  scim_sees_proposals(proposal->tenant, proposal->type, true));

	set_whose(shown.object, proposal);
	set_decision(&shown, reviews);
	if (shown.contents)
		scim_set_optional_text(shown.object, "reason", proposal->reason);
	return shown;
}

JsonbValue *
scim_show_listed_proposal(const ScimProposal *proposal)
{
	return begin_read(proposal, scim_read_reviews(&proposal->id)).object;
}

/* ---- with all that is kept of it ---- */

static JsonbValue *
show_review(const Shown *shown, const ScimReview *review)
{
	JsonbValue *object = scim_new_object();

	scim_set_text(object, "decision", scim_decision_name(review->decision));
	scim_set_text(object, "version", review->version);
	if (shown->contents)
		scim_set_optional_text(object, "comment", review->comment);
	scim_set_text(object, "reviewer", review->reviewer.role);
	scim_set_text(object, "login", review->reviewer.login);
	scim_set_optional_text(object, "principal", review->reviewer.principal);
	scim_set_optional_text(object, "agent", review->agent);
	scim_set_date_time(object, "at", review->at);
	scim_set_bool(object, "counts", review->counts);
	return object;
}

JsonbValue *
scim_show_whole_proposal(const ScimProposal *proposal)
{
	List	   *reviews = scim_read_reviews(&proposal->id);
	Shown		shown = begin_read(proposal, reviews);
	JsonbValue *array = scim_new_array();
	ListCell   *cell;

	foreach(cell, reviews)
	{
		CHECK_FOR_INTERRUPTS();
		scim_append(array, show_review(&shown, lfirst(cell)));
	}
	scim_set_value(shown.object, "reviews", array);
	if (shown.contents)
	{
		set_content(shown.object, "operations", proposal->operations);
		set_content(shown.object, "base", proposal->base);
	}
	return shown.object;
}
