/*
 * consult_state.h
 *		requestState: what a client hands back with what its user said.
 *
 * It comes back through hands that are not to be trusted, so it is signed (operation/cursor.h):
 * for the tenant, the role, the tool and the arguments, which are not carried.  It carries the
 * version that the user was shown, and what he could answer.  Whoever has it can do no more with
 * it than with the call alone.
 */
#ifndef SCIM_TOOLS_CONSULT_STATE_H
#define SCIM_TOOLS_CONSULT_STATE_H

#include "tools/consult_form.h"
#include "tools/tool_call.h"

/* So long an answer may take. */
#define SCIM_STATE_SECONDS (15 * 60)

/* The member with the names of what can be chosen. */
#define SCIM_STATE_KEYS "keys"

extern char *scim_write_request_state(const ScimToolCall *call, const ScimQuestion *question);

/* INVALID_ARGUMENT with path requestState, unless it is that of a question to this very call. */
extern Jsonb *scim_read_request_state(const ScimToolCall *call);

/* The id of the proposal that the answer may lead to: it is one, however often it comes. */
extern const pg_uuid_t *scim_state_proposal(const ScimToolCall *call);

/* The version that was shown, and whether that could be decided. */
extern const char *scim_state_version(Jsonb *state);
extern bool scim_state_offers(Jsonb *state, const char *decision);

#endif							/* SCIM_TOOLS_CONSULT_STATE_H */
