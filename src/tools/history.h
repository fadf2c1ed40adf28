/*
 * history.h
 *		The handler of scim_get_history: what a resource was.
 */
#ifndef SCIM_TOOLS_HISTORY_H
#define SCIM_TOOLS_HISTORY_H

#include "tools/tool_call.h"

extern text *scim_run_get_history(ScimToolCall *call);

#endif							/* SCIM_TOOLS_HISTORY_H */
