/*
 * tool_call.h
 *		One call of a tool, from its arguments to its answer.
 */
#ifndef SCIM_TOOLS_TOOL_CALL_H
#define SCIM_TOOLS_TOOL_CALL_H

#include "postgres.h"

#include "core/schema.h"
#include "operation/write_options.h"
#include "tools/tool.h"
#include "utils/jsonb.h"

/* What the user of a client was asked, and said (tools/consult.h). */
typedef struct ScimConsulted
{
	bool		can_ask;		/* the client can ask */
	text	   *state;			/* of the question that was asked; or NULL */
	text	   *responses;		/* to it, as JSON; or NULL */

	const char *decision;		/* what was decided, once it is read; NULL: nothing was asked yet */
	bool		keeps;			/* it is: nothing is to be written; else: */
	ScimAnswer	answer;
} ScimConsulted;

typedef struct ScimToolCall
{
	/* as asked */
	const char *name;			/* "" when it was NULL */
	text	   *source;			/* the arguments as text, or NULL */
	Jsonb	   *arguments;		/* the arguments; parsed from "source" */
	bool		parsing;		/* an error now is one of the JSON text */

	ScimConsulted consulted;

	/* found out; what stands here when an error is thrown enters its answer */
	const ScimTool *tool;
	const ScimResourceType *type;	/* of the tool, or named by resource_type; or NULL */
	JsonbValue	values[SCIM_PARAMETERS];
	bool		given[SCIM_PARAMETERS]; /* is there such an argument (not null)? */
	const char *id;
	const char *tenant;
	const char *expected;		/* expected_version, or NULL */
	bool		counted;		/* are the refusals of the last minute, each for a stale version? */
	int			refused;		/* then: so many, this call apart */

	text	   *answer;			/* the envelope, when the call succeeded */
	const ErrorData *error;		/* of ours, whose fields were asked for; or NULL */
	Jsonb	   *error_fields;
	bool		stale;			/* VERSION_MISMATCH, of what the call was for */
	Jsonb	   *current;		/* then: the resource as it is now; NULL: it could not be read */
	bool		keeps_changing; /* then: so often that it had better be held */
	int			attempts;		/* then: how often that was so in the last minute; 0: not told */
	ScimWriteResult written;	/* what the operation says of a write */
} ScimToolCall;

/* What runs a tool: with the arguments checked, the envelope of a success. */
typedef text * (*ScimHandler) (ScimToolCall *call);

#endif							/* SCIM_TOOLS_TOOL_CALL_H */
