/*
 * toolset.h
 *		Which tools an agent has, as scimver.toolset says: names of sets and of tools,
 *		with commas between them; empty: all there are.
 *
 * That narrows what a model has to read, and grants nothing.  The tools of a token are fixed in
 * the same way: there, no setting adds any.
 */
#ifndef SCIM_TOOLS_TOOLSET_H
#define SCIM_TOOLS_TOOLSET_H

#include "tools/tool.h"

/*
 * Is the tool among them?  A word that names nothing counts for nothing here.  Who has entered
 * by a token that is for reading has none that writes.
 */
extern bool scim_toolset_has(const ScimTool *tool);

/* So many bytes a list of them may show to a model. */
extern int64 scim_toolset_budget(void);

/* Is there a tool, or a set of tools, of exactly that name? */
extern bool scim_is_tool_or_set(const char *name);

/* An error that names the words that name nothing, if there are any. */
extern void scim_check_toolset(void);

#endif							/* SCIM_TOOLS_TOOLSET_H */
