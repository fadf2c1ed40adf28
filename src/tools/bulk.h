/*
 * bulk.h
 *		The handler of scim_bulk.
 */
#ifndef SCIM_TOOLS_BULK_H
#define SCIM_TOOLS_BULK_H

#include "tools/tool_call.h"

extern text *scim_run_bulk_tool(ScimToolCall *call);

#endif							/* SCIM_TOOLS_BULK_H */
