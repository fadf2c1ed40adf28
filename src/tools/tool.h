/*
 * tool.h
 *		The tools that the catalogue's rows make, and what follows for each from
 *		the row, the settings and the registered tables.
 */
#ifndef SCIM_TOOLS_TOOL_H
#define SCIM_TOOLS_TOOL_H

#include "core/schema.h"
#include "tools/catalogue.h"

/* A row with a subject filled in. */
typedef struct ScimTool
{
	const ScimToolPattern *pattern;
	ScimToolPatternId id;		/* of the pattern */
	const ScimSubject *subject;
	const char *name;
	const char *operation;		/* the name without "scim_" */
	const char *parameters[SCIM_PARAMETERS];	/* their names; NULL: not taken */
	bool		required[SCIM_PARAMETERS];
} ScimTool;

/*
 * All tools in their fixed order; those of a resource type that does not exist
 * (any more) too: see scim_tool_named.
 */
extern const ScimTool *scim_all_tools(int *count);

/* Is it in the set? */
extern bool scim_tool_is_in_set(const ScimTool *tool, ScimToolsetId set);

/* The tool of that name (exactly) that the caller has (tools/toolset.h), or NULL. */
extern const ScimTool *scim_tool_named(const char *name);

/* Is it about resources of a type that the call names, beside tools for users and groups? */
extern bool scim_tool_is_generic(const ScimTool *tool);

/*
 * Has the caller the tool, can the table, if there is one, do what it is for, and is
 * there no other tool for all that it is about?  Then texts may name it.
 */
extern bool scim_tool_is_named(const ScimTool *tool);

/* Is there, beside that, what it works with?  Then it is listed. */
extern bool scim_tool_is_offered(const ScimTool *tool);

/*
 * Does the tool take the parameter, and is it of use?  A connection that is
 * bound to one tenant has no use for another.
 */
extern bool scim_tool_shows(const ScimTool *tool, ScimParameterId id);

/* Must a call of it name a version, by the setting? */
extern bool scim_tool_requires_version(const ScimTool *tool);

/*
 * What the tool does and, of one that takes expected_version, how not to
 * overwrite others; palloc'd.  It names no tool that the caller has not.
 */
extern const char *scim_tool_description(const ScimTool *tool);

/*
 * The words for a resource of the type (or NULL), where a text names other tools
 * for it: those of tools for its type alone, if it has such.
 */
extern const ScimSubject *scim_subject_of(const ScimTool *tool, const ScimResourceType *type);

/* A text of the table with the subject's words in place of the marks {one}, {many}, ... */
extern char *scim_tool_text(const char *text, const ScimSubject *subject);

#endif							/* SCIM_TOOLS_TOOL_H */
