/*
 * mismatch_steps.h
 *		What an agent is told to do after VERSION_MISMATCH.
 */
#ifndef SCIM_TOOLS_MISMATCH_STEPS_H
#define SCIM_TOOLS_MISMATCH_STEPS_H

#include "tools/tool_call.h"

/*
 * The next steps of the content, in the words of tools, and as the case is: "merge" says
 * what a merge comes to (NULL: nobody knows); is the resource shown as it is now?
 */
extern void scim_say_mismatch_step(const ScimToolCall *call, JsonbValue *content,
								   const JsonbValue *merge, bool is_shown);

#endif							/* SCIM_TOOLS_MISMATCH_STEPS_H */
