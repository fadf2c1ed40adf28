/*
 * catalogue.h
 *		The tools that agents see: one table, from which scim_tools() writes its
 *		list and by which scim_call_tool() checks arguments; what runs a tool
 *		stands in dispatch.c.
 *
 * The table knows no schema.  What follows the schemas (which resource types
 * there are, their attributes) is looked up when a list is written or a call
 * is run, so that nothing here can be out of date.
 */
#ifndef SCIM_TOOLS_CATALOGUE_H
#define SCIM_TOOLS_CATALOGUE_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Every parameter that some tool takes, in the order in which they are described. */
typedef enum ScimParameterId
{
	PARAM_RESOURCE_TYPE,
	PARAM_ID,
	PARAM_NEW,
	PARAM_WHOLE,
	PARAM_OPERATIONS,
	PARAM_ADD,
	PARAM_REMOVE,
	PARAM_EXPECTED_VERSION,
	PARAM_FILTER,
	PARAM_ATTRIBUTE,
	PARAM_VALUE,
	PARAM_SORT_BY,
	PARAM_SORT_ORDER,
	PARAM_START_INDEX,
	PARAM_COUNT,
	PARAM_MEMBER_COUNT,
	PARAM_CURSOR,
	PARAM_MEMBER_CURSOR,
	PARAM_INCLUDE_TOTAL,
	PARAM_ATTRIBUTES,
	PARAM_EXCLUDED_ATTRIBUTES,
	PARAM_INDIRECT_GROUPS,
	PARAM_KNOWN_VERSION,
	PARAM_TENANT_ID
} ScimParameterId;

#define SCIM_PARAMETERS (PARAM_TENANT_ID + 1)
#define PARAM_BIT(id) (1 << (id))

typedef enum ScimArgumentKind
{
	ARGUMENT_TEXT,
	ARGUMENT_VERSION,			/* a text whose misuse has an error code of its own */
	ARGUMENT_INTEGER,
	ARGUMENT_BOOLEAN,
	ARGUMENT_ORDER,				/* "ascending" or "descending" */
	ARGUMENT_TEXTS,				/* an array of strings */
	ARGUMENT_RESOURCE,			/* an object, listed with the resource type's attributes */
	ARGUMENT_OPERATIONS,		/* an array, or a PatchOp object */
	ARGUMENT_SCALAR				/* a string, number or boolean */
} ScimArgumentKind;

typedef struct ScimParameter
{
	const char *name;			/* with {one} for the resource type */
	ScimArgumentKind kind;
	int			minimum;		/* of an integer, for the list only; 0: not said */
	const char *description;	/* NULL: the name says it */
} ScimParameter;

/* A part of a text, which stands there if there are such attributes. */
typedef struct ScimExample
{
	const char *text;			/* NULL: the end of the list */
	const char *paths[2];		/* of the attributes in it, as far as a table may lack them; or
								 * NULL */
	bool		otherwise;		/* only where no other is there */
} ScimExample;

/* What a tool is about: users, groups, resources of a type that the call names, or none of them. */
typedef struct ScimSubject
{
	const char *type;			/* the resource type's name; NULL: none, or the call names it */
	const char *one;			/* "user": what {one} stands for in the table's texts */
	const char *many;
	const char *any;			/* added to the words above where it says more */
	const char *kept;			/* what an update keeps though it is left out */
	const ScimExample *paths;	/* for a patch operation */
	const ScimExample *filters;
	const ScimExample *searchable;	/* attributes to search by */
	const ScimExample *members; /* what members of a group can be */
	int			adds;			/* parameters (PARAM_BITs) that all its tools require */
	int			lacks;			/* parameters that its tools do not take */
} ScimSubject;

#define ABOUT_USERS			1
#define ABOUT_GROUPS		2
#define ABOUT_RESOURCES		4
#define ABOUT_NONE			8

/* A row of the table: one tool for each subject that it is about. */
typedef struct ScimToolPattern
{
	const char *name;			/* texts with {one}, {many}, ... of the subject */
	const char *title;
	const char *description;
	int			about;
	const char *asks;			/* a path that the subject's table must have a place for, or the
								 * tool is not listed; NULL: none */
	int			required;		/* parameters, as PARAM_BITs */
	int			optional;
	bool		read_only;
	bool		destructive;
	bool		idempotent;
	const char *rule;			/* how not to overwrite others, of a tool that takes
								 * expected_version; NULL: read, merge */
	const char *after_mismatch; /* what to do when the version was another, up to the new one;
								 * NULL: merge */
} ScimToolPattern;

/* So many rows has the table, and each a handler in dispatch.c. */
#define SCIM_TOOL_PATTERNS 12

/* A row with a subject filled in. */
typedef struct ScimTool
{
	const ScimToolPattern *pattern;
	const ScimSubject *subject;
	const char *name;
	const char *operation;		/* the name without "scim_" */
	const char *parameters[SCIM_PARAMETERS];	/* their names; NULL: not taken */
	int			required;		/* as PARAM_BITs */
} ScimTool;

/*
 * All tools in their fixed order; those of a resource type that does not exist
 * (any more) too: see scim_tool_named.
 */
extern const ScimTool *scim_all_tools(int *count);

/* Is it about resources of a type that the call names? */
extern bool scim_tool_is_generic(const ScimTool *tool);

/*
 * Can the table, if there is one, do what the tool is for, and is there no other
 * tool for all that it is about?  Then clients are told of it.
 */
extern bool scim_tool_is_offered(const ScimTool *tool);

/*
 * Does the tool take the parameter, and is it of use?  A connection that is
 * bound to one tenant has no use for another.
 */
extern bool scim_tool_shows(const ScimTool *tool, ScimParameterId id);

/*
 * What the tool does and, of one that takes expected_version, how not to
 * overwrite others; palloc'd.
 */
extern char *scim_tool_description(const ScimTool *tool);

/* The tool of that name (exactly), or NULL. */
extern const ScimTool *scim_tool_named(const char *name);

extern const ScimParameter *scim_parameter(ScimParameterId id);

/* A text of the table with the subject's words in place of the marks {one}, {many}, ... */
extern char *scim_tool_text(const char *text, const ScimSubject *subject);

#endif							/* SCIM_TOOLS_CATALOGUE_H */
