/*
 * dispatch.c
 *		scim_call_tool(name, arguments): runs a tool, and answers whatever
 *		happens with one envelope.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "base/narrowed.h"
#include "base/protect.h"
#include "base/server_error.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "operation/by_policy.h"
#include "tools/arguments.h"
#include "tools/bulk.h"
#include "tools/checkpoint.h"
#include "tools/consult.h"
#include "tools/failure.h"
#include "tools/handlers.h"
#include "tools/history.h"
#include "tools/lease.h"
#include "tools/lists.h"
#include "tools/mismatch.h"
#include "tools/proposal.h"
#include "tools/retry.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_call_tool_jsonb);
PG_FUNCTION_INFO_V1(scim_call_tool_text);

/*
 * How often a write is tried whose version was there before and after it, but
 * not when it looked.
 */
#define MOST_ATTEMPTS 100

/* What runs the tools of each row of the catalogue. */
static const ScimHandler handlers[] = {
	[TOOL_CREATE] = scim_run_create,
	[TOOL_GET] = scim_run_get,
	[TOOL_UPDATE] = scim_run_update,
	[TOOL_PATCH] = scim_run_patch,
	[TOOL_DELETE] = scim_run_delete,
	[TOOL_LIST] = scim_run_list,
	[TOOL_SEARCH] = scim_run_list,
	[TOOL_EXISTS] = scim_run_exists,
	[TOOL_MODIFY_MEMBERS] = scim_run_modify_members,
	[TOOL_LIST_MEMBERS] = scim_run_list_members,
	[TOOL_GET_HISTORY] = scim_run_get_history,
	[TOOL_RESTORE] = scim_run_restore,
	[TOOL_CHANGES] = scim_run_changes,
	[TOOL_LEASE] = scim_run_lease,
	[TOOL_CHECK_VERSIONS] = scim_run_check_versions,
	[TOOL_PROPOSE] = scim_run_propose,
	[TOOL_LIST_PROPOSALS] = scim_run_read_proposals,
	[TOOL_REVIEW] = scim_run_review,
	[TOOL_BULK] = scim_run_bulk_tool,
	[TOOL_GET_SCHEMAS] = scim_run_get_schemas,
	[TOOL_SERVER_INFO] = scim_run_server_info,
};

StaticAssertDecl(lengthof(handlers) == SCIM_TOOL_PATTERNS,
				 "each tool of the catalogue has a handler");

static void
handle(void *argument)
{
	ScimToolCall *call = argument;

	call->answer = call->consulted.keeps ? scim_run_keep(call) : handlers[call->tool->id] (call);
}

static void
run(void *argument)
{
	ScimToolCall *call = argument;

	scim_require_mcp();
	scim_read_arguments(call);
	scim_read_decision(call);
	scim_refuse_storm(call);
	if (handlers[call->tool->id] == NULL)
		elog(ERROR, "tool %s has no handler", call->tool->name);
	/* a tool without a tenant looks at no rows of the type */
	scim_run_by_policy(call->tool->parameters[PARAM_TENANT_ID] ? call->type : NULL, call->tenant,
					   handle, call);
}

/* What an agent must not see, an administrator must be able to find. */
static void
log_error(const char *what, const ErrorData *error)
{
	const char *tool = scim_actor().tool;

	scim_log_error(psprintf("tool %s", tool ? tool : "?"), what, error);
}

/* The answer to an error is final, whether it can be recorded or not. */
static text *
refuse(ScimToolCall *call, const ErrorData *error, const ScimErrorKind *kind)
{
	ScimRefusal refusal = scim_refusal_of(call, kind);
	const ErrorData *unwritten = NULL;

	/* whom the user refuses has been refused before */
	if (!scim_was_declined(call))
		unwritten = scim_record_refusal(&refusal);
	if (unwritten)
		log_error("was refused, which was not recorded for", unwritten);
	scim_note_attempts(call, &refusal);
	scim_forget_decision(call);
	return scim_ask(call, error, scim_failure(call, error, kind));
}

static text *
answer(ScimToolCall *call)
{
	for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++)
	{
		ErrorData  *error;
		const ScimErrorKind *kind;

		CHECK_FOR_INTERRUPTS();
		error = scim_protect(run, call);
		if (!error)
			return call->answer;
		error = scim_look_at_mismatch(call, error);
		kind = scim_kind_of_error(call, error);
		if (kind == scim_error_kind(SCIM_INTERNAL))
			log_error("failed with", error);

		/*
		 * Content that toggles: the version was another when the write looked, and is the expected
		 * one again.  A mismatch would be absurd to read.
		 */
		if (!scim_current_is_expected(call))
			return refuse(call, error, kind);
		call->current = NULL;
		call->stale = false;
	}
	return scim_failure(call, NULL, scim_error_kind(SCIM_RETRY_LATER));
}

/* The same as the tool that runs meanwhile; a trigger may call for another in the midst of one. */
static Datum
run_call(ScimToolCall *call)
{
	const char *outer = scim_set_tool(NULL);
	text	   *envelope = NULL;

	PG_TRY();
	{
		envelope = answer(call);
	}
	PG_FINALLY();
	{
		(void) scim_set_tool(outer);
	}
	PG_END_TRY();
	PG_RETURN_TEXT_P(envelope);
}

static ScimToolCall *
new_call(FunctionCallInfo fcinfo)
{
	ScimToolCall *call = palloc0(sizeof(ScimToolCall));

	call->name = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
	return call;
}

Datum
scim_call_tool_jsonb(PG_FUNCTION_ARGS)
{
	ScimToolCall *call = new_call(fcinfo);

	call->arguments = PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1);
	return run_call(call);
}

static text *
text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : PG_GETARG_TEXT_PP(number);
}

/*
 * Arguments as text are parsed inside, so that an error in them is an answer too.  With
 * request_state and input_responses: by a client that can ask its user, so that an answer may be
 * a question (consult.h).
 */
Datum
scim_call_tool_text(PG_FUNCTION_ARGS)
{
	ScimToolCall *call = new_call(fcinfo);

	call->source = text_argument(fcinfo, 1);
	if (PG_NARGS() == 4)
	{
		call->consulted.can_ask = true;
		call->consulted.state = text_argument(fcinfo, 2);
		call->consulted.responses = text_argument(fcinfo, 3);
	}
	return run_call(call);
}
