/*
 * once.c
 *		Calls of tools that are named by a key.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "operation/repeat.h"
#include "tools/arguments.h"
#include "tools/once.h"

/* What was left out, or stands for that, is no part of it. */
static JsonbValue *
given_arguments(const ScimToolCall *call)
{
	JsonbValue *arguments = scim_new_object();

	for (int id = 0; id < SCIM_PARAMETERS; id++)
	{
		if (call->given[id] && id != PARAM_IDEMPOTENCY_KEY)
			scim_set_value(arguments, call->tool->parameters[id], &call->values[id]);
	}
	return arguments;
}

ScimOnce
scim_once_of_call(const ScimToolCall *call)
{
	ScimOnce	once = {.name = call->tool->name};

	once.key = call->given[PARAM_IDEMPOTENCY_KEY]
		? scim_argument_text(call, PARAM_IDEMPOTENCY_KEY)
		: scim_session_key();
	if (once.key)
		once.arguments = given_arguments(call);
	return once;
}

void
scim_write_call_once(ScimToolCall *call, const ScimWriteOptions *options,
					 void (*work) (void *argument), void *argument)
{
	ScimOnce	once = scim_once_of_call(call);

	scim_write_once(&once, options, work, argument, &call->written);
}
