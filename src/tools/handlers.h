/*
 * handlers.h
 *		What the tools do: each handler runs one operation (or discovery) with
 *		checked arguments and returns the envelope of a success.
 */
#ifndef SCIM_TOOLS_HANDLERS_H
#define SCIM_TOOLS_HANDLERS_H

#include "tools/tool_call.h"

extern text *scim_run_create(ScimToolCall *call);
extern text *scim_run_get(ScimToolCall *call);
extern text *scim_run_update(ScimToolCall *call);
extern text *scim_run_patch(ScimToolCall *call);
extern text *scim_run_delete(ScimToolCall *call);
extern text *scim_run_restore(ScimToolCall *call);
extern text *scim_run_exists(ScimToolCall *call);
extern text *scim_run_modify_members(ScimToolCall *call);
extern text *scim_run_get_schemas(ScimToolCall *call);
extern text *scim_run_server_info(ScimToolCall *call);

/* What a write of the call is about, as its arguments say. */
extern ScimWriteOptions scim_write_options(const ScimToolCall *call, const ScimView *view);

#endif							/* SCIM_TOOLS_HANDLERS_H */
