/*
 * offered.h
 *		Which tools there are for the caller: by scimver.toolset, the resource types, and
 *		the registered tables.
 */
#ifndef SCIM_TOOLS_OFFERED_H
#define SCIM_TOOLS_OFFERED_H

#include "tools/tool.h"

/* The tool of that name (exactly) that the caller has (toolset.h), or NULL. */
extern const ScimTool *scim_tool_named(const char *name);

/*
 * Has the caller the tool, can the table, if there is one, do what it is for, and is
 * there no other tool for all that it is about?  Then texts may name it.
 */
extern bool scim_tool_is_named(const ScimTool *tool);

/* Is there, beside that, what it works with?  Then it is listed. */
extern bool scim_tool_is_offered(const ScimTool *tool);

#endif							/* SCIM_TOOLS_OFFERED_H */
