/*
 * handlers.h
 *		What the tools do: each handler runs one operation of the store (or of
 *		discovery) with checked arguments and returns the envelope of a success.
 */
#ifndef SCIM_TOOLS_HANDLERS_H
#define SCIM_TOOLS_HANDLERS_H

#include "tools/dispatch.h"

/* A model that asks for no number of results gets so many. */
#define SCIM_DEFAULT_COUNT 20

/* Members are small. */
#define SCIM_DEFAULT_MEMBERS 100

/* More resources than this never fit into an answer, so more are never read. */
#define SCIM_LARGEST_COUNT 200

extern text *scim_run_create(ScimToolCall *call);
extern text *scim_run_get(ScimToolCall *call);
extern text *scim_run_update(ScimToolCall *call);
extern text *scim_run_patch(ScimToolCall *call);
extern text *scim_run_delete(ScimToolCall *call);
extern text *scim_run_list(ScimToolCall *call);
extern text *scim_run_exists(ScimToolCall *call);
extern text *scim_run_modify_members(ScimToolCall *call);
extern text *scim_run_list_members(ScimToolCall *call);
extern text *scim_run_get_schemas(ScimToolCall *call);
extern text *scim_run_server_info(ScimToolCall *call);

#endif							/* SCIM_TOOLS_HANDLERS_H */
