/*
 * dispatch.c
 *		scim_call_tool(name, arguments): runs a tool, and answers whatever
 *		happens with one envelope.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "fmgr.h"
#include "history/refused.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "operation/read.h"
#include "tools/arguments.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/handlers.h"
#include "tools/history.h"
#include "tools/lists.h"
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
	[TOOL_GET_SCHEMAS] = scim_run_get_schemas,
	[TOOL_SERVER_INFO] = scim_run_server_info,
};

StaticAssertDecl(lengthof(handlers) == SCIM_TOOL_PATTERNS,
				 "each tool of the catalogue has a handler");

static void
run(void *argument)
{
	ScimToolCall *call = argument;

	scim_read_arguments(call);
	if (handlers[call->tool->id] == NULL)
		elog(ERROR, "tool %s has no handler", call->tool->name);
	call->answer = handlers[call->tool->id] (call);
}

static void
read_current(void *argument)
{
	static const ScimView view = {
		.attribute_count = -1, .excluded_count = -1,
		.most_members = SCIM_ERROR_BYTES / SCIM_MEMBER_BYTES, .few_groups = true, .version = true
	};
	ScimToolCall *call = argument;

	call->current = scim_store_get(call->type->name, call->tenant, call->id, &view, true);
}

/*
 * What an agent must not see, an administrator must be able to find.  The
 * message's pattern, not the message: that may hold values.
 */
static void
log_error(const char *what, const ErrorData *error)
{
	ScimActor	actor = scim_actor();
	StringInfoData where;

	initStringInfo(&where);
	if (error->table_name)
		appendStringInfo(&where, ", table \"%s\"", error->table_name);
	if (error->constraint_name)
		appendStringInfo(&where, ", constraint \"%s\"", error->constraint_name);
	/* last: what it says stands behind all that is ours */
	if (actor.agent[0])
		appendStringInfo(&where, ", agent \"%s\"", actor.agent);
	ereport(LOG_SERVER_ONLY,
			(errcode(error->sqlerrcode),
			 errmsg_internal("tool %s %s SQLSTATE %s in %s: %s%s",
							 actor.tool ? actor.tool : "?",
							 what,
							 unpack_sql_state(error->sqlerrcode),
							 error->funcname ? error->funcname : "?",
							 error->message_id ? error->message_id : "?",
							 where.data),
			 errhidestmt(true),
			 errhidecontext(true)));
}

static bool
current_is_expected(const ScimToolCall *call)
{
	JsonbValue	root;
	JsonbValue	version;

	scim_root(call->current, &root);
	scim_shown_resource(&root, &version);
	return scim_string_is(&version, call->expected);
}

/* Is the mismatch that of this call?  A trigger may have called for another resource. */
static bool
is_own_mismatch(const ScimToolCall *call, const ErrorData *error)
{
	Jsonb	   *detail;
	JsonbValue	id;
	JsonbValue	expected;

	if (!call->id || !call->expected || !error->detail)
		return false;
	detail = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(error->detail)));
	return scim_find(&detail->root, "resource_id", &id) && scim_string_is(&id, call->id) &&
		scim_find(&detail->root, "expected_version", &expected) &&
		scim_string_is(&expected, call->expected);
}

/*
 * After VERSION_MISMATCH: reads the resource as it is now.  What that read
 * finds is newer than the mismatch, so if the resource is gone or forbidden
 * by now, that is the answer (but where it was to be brought back, and had been
 * deleted at another version).  Anything else that goes wrong only means that the
 * answer lacks the current state.
 */
static void
look_again(ScimToolCall *call, ErrorData **error, const ScimErrorKind **kind)
{
	ErrorData  *again = scim_protect(read_current, call);

	if (again && scim_is_ours(again) && call->tool->id != TOOL_RESTORE)
	{
		*error = again;
		*kind = scim_kind_of_error(call, again);
	}
}

/* The answer to an error is final, whether it can be recorded or not. */
static text *
refuse(const ScimToolCall *call, const ErrorData *error, const ScimErrorKind *kind)
{
	ScimRefusal refusal = {
		.kind = kind,
		.type = call->type,
		.tenant = call->tenant,
		.id = call->id,
		.expected = call->expected
	};
	const ErrorData *unwritten = scim_record_refusal(&refusal);

	if (unwritten)
		log_error("was refused, which was not recorded for", unwritten);
	return scim_failure(call, error, kind);
}

static text *
answer(ScimToolCall *call)
{
	const ScimErrorKind *mismatch = scim_error_kind(SCIM_VERSION_MISMATCH);

	for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++)
	{
		ErrorData  *error;
		const ScimErrorKind *kind;

		CHECK_FOR_INTERRUPTS();
		error = scim_protect(run, call);
		if (!error)
			return call->answer;
		kind = scim_kind_of_error(call, error);
		if (kind == mismatch && is_own_mismatch(call, error))
			look_again(call, &error, &kind);
		if (kind == scim_error_kind(SCIM_INTERNAL))
			log_error("failed with", error);

		/*
		 * Content that toggles: the version was another when the write looked, and is the expected
		 * one again.  A mismatch would be absurd to read.
		 */
		if (!call->current || !current_is_expected(call))
			return refuse(call, error, kind);
		call->current = NULL;
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

/* Arguments as text are parsed inside, so that an error in them is an answer too. */
Datum
scim_call_tool_text(PG_FUNCTION_ARGS)
{
	ScimToolCall *call = new_call(fcinfo);

	call->source = PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1);
	return run_call(call);
}
