/*
 * proposal.h
 *		The handlers of proposals and their review, and what failures say of them.
 */
#ifndef SCIM_TOOLS_PROPOSAL_H
#define SCIM_TOOLS_PROPOSAL_H

#include "base/errors.h"
#include "tools/tool_call.h"

extern text *scim_run_propose(ScimToolCall *call);
extern text *scim_run_read_proposals(ScimToolCall *call);
extern text *scim_run_review(ScimToolCall *call);

/* What the content of a failure says is to be done, where people have to decide. */
extern void scim_say_proposal_step(const ScimToolCall *call, JsonbValue *content,
								   const ScimErrorKind *kind);

#endif							/* SCIM_TOOLS_PROPOSAL_H */
