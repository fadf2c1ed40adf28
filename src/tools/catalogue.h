/*
 * catalogue.h
 *		The tools that agents see: one table, from which scim_tools() writes its
 *		list and by which scim_call_tool() checks arguments.  It is data alone:
 *		tool.c makes tools of it, dispatch.c says what runs them.
 *
 * The table knows no schema.  What follows the schemas (which resource types
 * there are, their attributes) is looked up when a list is written or a call
 * is run, so that nothing here can be out of date.
 */
#ifndef SCIM_TOOLS_CATALOGUE_H
#define SCIM_TOOLS_CATALOGUE_H

#include "postgres.h"

/* Every parameter that some tool takes, in the order in which they are described. */
typedef enum ScimParameterId
{
	PARAM_NONE,					/* the end of a list of parameters */
	PARAM_BULK,
	PARAM_ATOMIC,
	PARAM_ACTION,
	PARAM_PROPOSAL_ID,
	PARAM_DECISION,
	PARAM_RESOURCE_TYPE,
	PARAM_ID,
	PARAM_NEW,
	PARAM_WHOLE,
	PARAM_OPERATIONS,
	PARAM_PROPOSED,
	PARAM_ADD,
	PARAM_REMOVE,
	PARAM_OLD_VERSION,
	PARAM_RESTORED_VERSION,
	PARAM_FROM_VERSION,
	PARAM_TO_VERSION,
	PARAM_EXPECTED_VERSION,
	PARAM_PROPOSAL_VERSION,
	PARAM_ON_CONFLICT,
	PARAM_ON_REVIEW,
	PARAM_ON_DELETE,
	PARAM_MERGE_RULES,
	PARAM_LEASE_ID,
	PARAM_IDEMPOTENCY_KEY,
	PARAM_LEASE,
	PARAM_SECONDS,
	PARAM_PURPOSE,
	PARAM_REASON,
	PARAM_COMMENT,
	PARAM_STATUS,
	PARAM_IDS,
	PARAM_SEEN,
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
	PARAM_HISTORY_CURSOR,
	PARAM_CHANGES_CURSOR,
	PARAM_PROPOSALS_CURSOR,
	PARAM_INCLUDE_TOTAL,
	PARAM_ATTRIBUTES,
	PARAM_EXCLUDED_ATTRIBUTES,
	PARAM_INDIRECT_GROUPS,
	PARAM_KNOWN_VERSION,
	PARAM_TENANT_ID
} ScimParameterId;

#define SCIM_PARAMETERS (PARAM_TENANT_ID + 1)

typedef enum ScimArgumentKind
{
	ARGUMENT_TEXT,
	ARGUMENT_VERSION,			/* a text whose misuse has an error code of its own */
	ARGUMENT_KEY,				/* a short text (operation/once.h) */
	ARGUMENT_INTEGER,
	ARGUMENT_BOOLEAN,
	ARGUMENT_WORD,				/* one of the parameter's words */
	ARGUMENT_TEXTS,				/* an array of strings */
	ARGUMENT_RESOURCE,			/* an object, listed with the resource type's attributes */
	ARGUMENT_OPERATIONS,		/* an array, or a PatchOp object */
	ARGUMENT_PROPOSED,			/* the same, or an object that creates or deletes */
	ARGUMENT_RULES,				/* an object: for a path one of the parameter's words */
	ARGUMENT_BULK,				/* an array, or a BulkRequest object */
	ARGUMENT_UUID,				/* a text */
	ARGUMENT_UUIDS,				/* a text: one, or several with commas */
	ARGUMENT_SEEN,				/* an array of resources, as they were seen */
	ARGUMENT_SCALAR				/* a string, number or boolean */
} ScimArgumentKind;

typedef struct ScimParameter
{
	const char *name;			/* with {one} for the resource type */
	ScimArgumentKind kind;
	int			minimum;		/* of an integer, for the list only; 0: not said */
	const char *description;	/* NULL: the name says it */
	const char *const *words;	/* of the kinds that have some; NULL ends them */
} ScimParameter;

/* A part of a text, which stands there if there are such attributes. */
typedef struct ScimExample
{
	const char *text;			/* NULL: the end of the list */
	const char *paths[2];		/* of the attributes in it, as far as a table may lack them; or
								 * NULL */
	bool		otherwise;		/* only where no other is there */
} ScimExample;

/*
 * What a tool is about: users, groups, resources of a type that the call names
 * (beside these two, or these as well), or none of them.
 */
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
	ScimParameterId adds;		/* a parameter that all its tools require, or PARAM_NONE */
	ScimParameterId lacks;		/* one that none of its tools takes, or PARAM_NONE */
	bool		has_history;	/* its tools are for tables whose history is kept */
	bool		has_leases;		/* its tools are for databases that know of leases */
	bool		has_proposals;	/* the same of proposals */
} ScimSubject;

#define SCIM_SUBJECTS 8

#define ABOUT_USERS			1
#define ABOUT_GROUPS		2
#define ABOUT_RESOURCES		4
#define ABOUT_NONE			8
#define ABOUT_HISTORY		16
#define ABOUT_CHANGES		32
#define ABOUT_ANY			64
#define ABOUT_PROPOSALS		128

/* The rows of the table, in the order in which tools are listed. */
typedef enum ScimToolPatternId
{
	TOOL_CREATE,
	TOOL_GET,
	TOOL_UPDATE,
	TOOL_PATCH,
	TOOL_DELETE,
	TOOL_LIST,
	TOOL_SEARCH,
	TOOL_EXISTS,
	TOOL_MODIFY_MEMBERS,
	TOOL_LIST_MEMBERS,
	TOOL_GET_HISTORY,
	TOOL_RESTORE,
	TOOL_CHANGES,
	TOOL_LEASE,
	TOOL_CHECK_VERSIONS,
	TOOL_PROPOSE,
	TOOL_LIST_PROPOSALS,
	TOOL_REVIEW,
	TOOL_BULK,
	TOOL_GET_SCHEMAS,
	TOOL_SERVER_INFO
} ScimToolPatternId;

#define SCIM_TOOL_PATTERNS (TOOL_SERVER_INFO + 1)

/* Sets of tools, each in the next. */
typedef enum ScimToolsetId
{
	TOOLSET_LEAN,
	TOOLSET_CORE,
	TOOLSET_FULL				/* all */
} ScimToolsetId;

#define SCIM_TOOLSETS (TOOLSET_FULL + 1)

typedef struct ScimToolsetForm
{
	const char *name;
	int			budget;			/* bytes of names, descriptions and schemas in a list of it */
} ScimToolsetForm;

/* A tool requires so many parameters at most, and takes so many others. */
#define SCIM_MOST_TOOL_PARAMETERS 16

/* A row of the table: one tool for each subject that it is about. */
typedef struct ScimToolPattern
{
	const char *name;			/* texts with {one}, {many}, ... of the subject */
	const char *title;
	const char *description;
	int			about;
	int			lean;			/* of these, the subjects for which it is in that set */
	int			core;
	const char *asks;			/* a path that the subject's table must have a place for, or the
								 * tool is not listed; NULL: none */
	ScimParameterId required[SCIM_MOST_TOOL_PARAMETERS];	/* up to PARAM_NONE */
	ScimParameterId optional[SCIM_MOST_TOOL_PARAMETERS];
	bool		read_only;
	bool		destructive;
	bool		idempotent;
	bool		any_version;	/* expected_version may be left out, whatever writes have to name */
	const char *rule;			/* how not to overwrite others, of a tool that takes
								 * expected_version; NULL: read, merge */
	const char *after_mismatch; /* what to do when the version was another, up to the new one;
								 * NULL: merge */
} ScimToolPattern;

extern const ScimParameter scim_parameters[SCIM_PARAMETERS];
extern const ScimSubject scim_subjects[SCIM_SUBJECTS];
extern const ScimToolsetForm scim_toolsets[SCIM_TOOLSETS];
extern const ScimToolPattern scim_tool_patterns[SCIM_TOOL_PATTERNS];

#endif							/* SCIM_TOOLS_CATALOGUE_H */
