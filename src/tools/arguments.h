/*
 * arguments.h
 *		The arguments of a call, checked against the catalogue.
 */
#ifndef SCIM_TOOLS_ARGUMENTS_H
#define SCIM_TOOLS_ARGUMENTS_H

#include "base/uuids.h"
#include "resource/view.h"
#include "tools/tool_call.h"

/*
 * Finds the tool, which from then on is the one that runs (scim_set_tool); parses
 * the arguments if they came as text, checks them, and fills in what a handler
 * reads.  Errors: NO_SUCH_TOOL, INVALID_ARGUMENT with path,
 * INVALID_VERSION_FORMAT; those of the JSON parser while call->parsing.
 */
extern void scim_read_arguments(ScimToolCall *call);

/* INVALID_ARGUMENT, if both are given: one of them would be ignored. */
extern void scim_refuse_together(const ScimToolCall *call, ScimParameterId one,
								 ScimParameterId other);

/* An integer argument, or "otherwise" when it is absent. */
extern int	scim_argument_integer(const ScimToolCall *call, ScimParameterId id, int otherwise);

/* Is it given and true? */
extern bool scim_argument_boolean(const ScimToolCall *call, ScimParameterId id);

/* A string argument, or NULL when it is absent. */
extern char *scim_argument_text(const ScimToolCall *call, ScimParameterId id);

/* One of the parameter's words, as the catalogue has it, or NULL when it is absent. */
extern const char *scim_argument_word(const ScimToolCall *call, ScimParameterId id);

/* The elements of an array of strings; *count is -1 and the result NULL when it is absent. */
extern char **scim_argument_texts(const ScimToolCall *call, ScimParameterId id, int *count);

/* The uuids of a text that lists them, or NULL when it is absent. */
extern const ScimUuids *scim_argument_uuids(const ScimToolCall *call, ScimParameterId id);

/* The one uuid of a text, which is given. */
extern const pg_uuid_t *scim_argument_uuid(const ScimToolCall *call, ScimParameterId id);

/* What the call wants to see of a resource; its version always. */
extern ScimView scim_argument_view(const ScimToolCall *call);

/*
 * The operations of a patch, or what else is proposed, as jsonb (NULL: absent); in them, ""
 * stands for a part that is left out, as for arguments.
 */
extern Jsonb *scim_argument_operations(const ScimToolCall *call, ScimParameterId id);

/* An argument that is a container, as jsonb, or NULL when it is absent. */
extern Jsonb *scim_argument_jsonb(const ScimToolCall *call, ScimParameterId id);

#endif							/* SCIM_TOOLS_ARGUMENTS_H */
