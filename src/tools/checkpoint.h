/*
 * checkpoint.h
 *		The handler of scim_check_versions.
 */
#ifndef SCIM_TOOLS_CHECKPOINT_H
#define SCIM_TOOLS_CHECKPOINT_H

#include "tools/tool_call.h"

extern text *scim_run_check_versions(ScimToolCall *call);

#endif							/* SCIM_TOOLS_CHECKPOINT_H */
