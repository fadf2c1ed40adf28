/*
 * proposal_shown.c
 *		A proposal, as callers are shown it.
 *
 * Who is to decide, and how many, is not kept with it: it is what the policy says now.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "decision/policies.h"
#include "operation/proposal_shown.h"
#include "registry/schemas.h"
#include "resource/show.h"

static const ScimPolicy *
policy_of(const ScimProposal *proposal)
{
	const ScimResourceType *type = scim_resource_type(proposal->type);

	/* the type may be gone */
	return type ? scim_find_policy(type, proposal->tenant) : NULL;
}

static void
show_who_decides(JsonbValue *shown, const ScimPolicy *policy)
{
	const List *reviewers = policy ? policy->reviewers : NIL;

	scim_set_value(shown, "reviewers", scim_new_texts(reviewers));
	scim_set_integer(shown, "quorum", reviewers ? policy->quorum : SCIM_DEFAULT_QUORUM);
}

static void
show_content(JsonbValue *shown, const char *key, Jsonb *content)
{
	JsonbValue	root;

	if (content == NULL)
		return;
	scim_root(content, &root);
	scim_set_value(shown, key, &root);
}

JsonbValue *
scim_show_proposal(const ScimProposal *proposal, bool contents)
{
	JsonbValue *shown = scim_new_object();

	scim_set_text(shown, "proposal_id", scim_uuid_text(&proposal->id));
	scim_set_text(shown, "status", scim_proposal_status_name(proposal->status));
	scim_set_text(shown, "version", proposal->version);
	show_who_decides(shown, policy_of(proposal));
	scim_set_date_time(shown, "expires_at", proposal->expires_at);
	if (contents)
	{
		show_content(shown, "changes", proposal->changes);
		show_content(shown, "conflicts", proposal->conflicts);
	}
	return shown;
}
