/*
 * catalogue.h
 *		The tools that agents see: one table, from which scim_tools() writes its
 *		list and scim_call_tool() finds what to run.
 */
#ifndef SCIM_CATALOGUE_H
#define SCIM_CATALOGUE_H

#include "postgres.h"

#include "core/schema.h"
#include "utils/jsonb.h"

struct ScimToolCall;

/* Every parameter that some tool takes. */
typedef enum ScimParameterId
{
	PARAM_DATA,
	PARAM_ID,
	PARAM_OPERATIONS,
	PARAM_EXPECTED_VERSION,
	PARAM_ATTRIBUTE,
	PARAM_VALUE,
	PARAM_START_INDEX,
	PARAM_COUNT,
	PARAM_RESOURCE_TYPE,
	PARAM_TENANT_ID
} ScimParameterId;

#define SCIM_PARAMETERS (PARAM_TENANT_ID + 1)
#define PARAM_BIT(id) (1 << (id))

typedef enum ScimArgumentKind
{
	ARGUMENT_TEXT,
	ARGUMENT_VERSION,			/* a text whose misuse has an error code of its own */
	ARGUMENT_INTEGER,
	ARGUMENT_RESOURCE,			/* an object with the resource type's attributes */
	ARGUMENT_OPERATIONS,		/* an array, or a PatchOp object */
	ARGUMENT_ANY
} ScimArgumentKind;

typedef struct ScimParameter
{
	const char *name;			/* with {one} for the resource type */
	ScimArgumentKind kind;
	int			minimum;		/* of an integer, for the schema only */
	const char *description;
} ScimParameter;

/* A row of the table: a tool, or one tool per resource type if the name says {one} or {many}. */
typedef struct ScimToolPattern
{
	const char *name;
	const char *title;
	const char *description;
	int			required;		/* parameters, as PARAM_BITs */
	int			optional;
	bool		read_only;
	bool		destructive;
	bool		idempotent;
	Jsonb	   *(*run) (struct ScimToolCall *call);
} ScimToolPattern;

/* A row with the resource type filled in. */
typedef struct ScimTool
{
	const ScimToolPattern *pattern;
	const ScimResourceType *type;	/* NULL: the tool is about none */
	const char *name;
	const char *operation;		/* the name without "scim_" */
	const char *parameters[SCIM_PARAMETERS];	/* their names; NULL: not taken */
} ScimTool;

/* All tools in their fixed order. */
extern const ScimTool *scim_all_tools(int *count);

/* The tool of that name (exactly), or NULL. */
extern const ScimTool *scim_tool_named(const char *name);

extern const ScimParameter *scim_parameter(ScimParameterId id);

/*
 * A text of the table for a resource type: {one} "user", {many} "users",
 * {kept} what an update keeps though it is left out, {example} a patch
 * operation, {searchable} the attributes that can be searched by.
 */
extern char *scim_tool_text(const char *text, const ScimResourceType *type);

#endif							/* SCIM_CATALOGUE_H */
