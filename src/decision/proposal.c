/*
 * proposal.c
 *		What a proposal is.
 */
#include "postgres.h"

#include "decision/proposal.h"
#include "history/document.h"
#include "utils/timestamp.h"

static const char *const status_names[] = {
	[SCIM_PROPOSAL_OPEN] = "open",
	[SCIM_PROPOSAL_APPLIED] = "applied",
	[SCIM_PROPOSAL_REJECTED] = "rejected",
	[SCIM_PROPOSAL_COUNTERED] = "countered",
	[SCIM_PROPOSAL_WITHDRAWN] = "withdrawn",
	[SCIM_PROPOSAL_FAILED] = "failed",
	[SCIM_PROPOSAL_EXPIRED] = "expired"
};

const char *
scim_proposal_status_name(ScimProposalStatus status)
{
	return status_names[status];
}

bool
scim_proposal_status_named(const char *name, ScimProposalStatus *status)
{
	for (size_t i = 0; i < lengthof(status_names); i++)
	{
		if (strcmp(status_names[i], name) == 0)
		{
			*status = (ScimProposalStatus) i;
			return true;
		}
	}
	return false;
}

const char *
scim_kept_status_name(ScimProposalStatus status)
{
	return scim_proposal_status_name(status == SCIM_PROPOSAL_EXPIRED ? SCIM_PROPOSAL_OPEN
									 : status);
}

void
scim_close_proposal(ScimProposal *proposal, ScimProposalStatus status)
{
	proposal->status = status;
	proposal->is_decided = true;
	proposal->decided_at = GetCurrentTimestamp();
}

char *
scim_version_of_changes(Jsonb *changes)
{
	return scim_document_version(changes);
}
