/*
 * proposed.h
 *		Proposals as tools answer them.
 */
#ifndef SCIM_TOOLS_PROPOSED_H
#define SCIM_TOOLS_PROPOSED_H

#include "tools/tool_call.h"

/* A success about a proposal, or what was decided of one, which is fitted into an answer. */
extern text *scim_success_proposal(Jsonb *proposal, JsonbValue *metadata);

/* The answer to a write that became a proposal (call->written). */
extern text *scim_success_proposed(const ScimToolCall *call);

#endif							/* SCIM_TOOLS_PROPOSED_H */
