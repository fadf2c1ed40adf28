/*
 * consult_way.h
 *		What a call says of conflicts, and the words in which its user decides them.
 */
#ifndef SCIM_TOOLS_CONSULT_WAY_H
#define SCIM_TOOLS_CONSULT_WAY_H

#include "tools/tool_call.h"

/* What the form calls the decision, and what can be decided. */
#define SCIM_DECISION "decision"
#define SCIM_APPLY_MINE "apply_mine"
#define SCIM_KEEP_CURRENT "keep_current"
#define SCIM_CHOOSE "choose"
#define SCIM_PROPOSE_IT "propose"

/* In the place of an attribute: of all that the form does not name. */
#define SCIM_ALL_OTHERS "*"

/* What the call says of conflicts: a word of its on_conflict; NULL: nothing. */
extern const char *scim_way(const ScimToolCall *call);

/* Is it "ask_user"? */
extern bool scim_asks_user(const ScimToolCall *call);

#endif							/* SCIM_TOOLS_CONSULT_WAY_H */
