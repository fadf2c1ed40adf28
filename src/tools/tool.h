/*
 * tool.h
 *		The tools that the catalogue's rows make, and what follows for each from
 *		the row and the settings.
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
 * (any more) too: see offered.h.
 */
extern const ScimTool *scim_all_tools(int *count);

/* Is it in the set? */
extern bool scim_tool_is_in_set(const ScimTool *tool, ScimToolsetId set);

/* Is it about resources of a type that the call names, beside tools for users and groups? */
extern bool scim_tool_is_generic(const ScimTool *tool);

/*
 * Does the tool take the parameter, and is it of use?  A connection that is
 * bound to one tenant has no use for another.
 */
extern bool scim_tool_shows(const ScimTool *tool, ScimParameterId id);

/* Must a call of it name a version, by the setting? */
extern bool scim_tool_requires_version(const ScimTool *tool);

/*
 * The words for a resource of the type (or NULL), where a text names other tools
 * for it: those of tools for its type alone, if it has such.
 */
extern const ScimSubject *scim_subject_of(const ScimTool *tool, const ScimResourceType *type);

/* A text of the table with the subject's words in place of the marks {one}, {many}, ... */
extern char *scim_tool_text(const char *text, const ScimSubject *subject);

#endif							/* SCIM_TOOLS_TOOL_H */
