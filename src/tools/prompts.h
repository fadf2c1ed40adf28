/*
 * prompts.h
 *		The prompts that there are.
 */
#ifndef SCIM_TOOLS_PROMPTS_H
#define SCIM_TOOLS_PROMPTS_H

#include "postgres.h"

#include "utils/jsonb.h"

#define SCIM_RESOLVE_CONFLICT "resolve_conflict"

/* Its arguments, in their order: all are required. */
#define SCIM_PROMPT_TYPE "resource_type"
#define SCIM_PROMPT_ID "id"
#define SCIM_PROMPT_VERSION "expected_version"
#define SCIM_MOST_PROMPT_ARGUMENTS 3

typedef struct ScimPromptArgument
{
	const char *name;			/* NULL: there are no more */
	const char *description;
} ScimPromptArgument;

typedef struct ScimPrompt
{
	const char *name;
	const char *title;
	const char *description;
	ScimPromptArgument arguments[SCIM_MOST_PROMPT_ARGUMENTS];
} ScimPrompt;

/* NULL: there is none of the name. */
extern const ScimPrompt *scim_prompt_named(const char *name);

/* The place of its argument of that name (a jbvString); -1: it has none. */
extern int	scim_prompt_argument(const ScimPrompt *prompt, const JsonbValue *name);

#endif							/* SCIM_TOOLS_PROMPTS_H */
