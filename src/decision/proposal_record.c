/*
 * proposal_record.c
 *		Proposals as the history has them.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "decision/proposal_record.h"
#include "decision/review.h"
#include "miscadmin.h"

static bool
is_approval(const ScimReview *review)
{
	return review->counts && review->decision == SCIM_APPROVES;
}

static JsonbValue *
record_review(const ScimReview *review)
{
	JsonbValue *record = scim_new_object();

	scim_set_text(record, "decision", scim_decision_name(review->decision));
	scim_set_text(record, "reviewer", review->reviewer.role);
	scim_set_bool(record, "counts", review->counts);
	return record;
}

static void
add_reviews(JsonbValue *record, const ScimProposal *proposal)
{
	JsonbValue *reviews = scim_new_array();
	int			approvals = 0;
	ListCell   *cell;

	foreach(cell, scim_read_reviews(&proposal->id))
	{
		const ScimReview *review = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		scim_append(reviews, record_review(review));
		approvals += is_approval(review);
	}
	scim_set_integer(record, "approvals", approvals);
	scim_set_value(record, "reviews", reviews);
}

Jsonb *
scim_proposal_record(const ScimProposal *proposal)
{
	JsonbValue *record = scim_new_object();

	scim_set_text(record, "status", scim_kept_status_name(proposal->status));
	scim_set_text(record, "resource_type", proposal->type);
	scim_set_optional_text(record, "resource_id", proposal->resource_id);
	scim_set_text(record, "proposer", proposal->proposer);
	scim_set_optional_text(record, "principal", proposal->principal);
	scim_set_text(record, "version", proposal->version);
	scim_set_optional_text(record, "applied_version", proposal->applied_version);
	if (proposal->has_parent)
		scim_set_text(record, "parent", scim_uuid_text(&proposal->parent));
	add_reviews(record, proposal);
	return scim_write(record);
}
