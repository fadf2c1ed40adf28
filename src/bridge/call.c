/*
 * call.c
 *		tools/call: from the message to the envelope.
 *
 * Entry point: call_start.
 */
#include "call.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "result.h"
#include "rpc.h"
#include "session.h"
#include "tool_list.h"

/* A call of a tool ends without an answer of the database's. */
static void
call_failed(Call *call, const Outcome *outcome)
{
	const Request *request = &call->request;
	const OwnErrorKind *kind = own_error_kind(outcome->error);
	char		limit[64];
	const char *reason = request_reason(request, outcome, limit, sizeof(limit));

	/* a cancelled call is silent, unless it may have changed something */
	if (request->cancelled && !kind->may_have_written)
		return;
	if (outcome->error == ERROR_UNKNOWN_TOOL)
		rpc_unknown_tool(call->session->transport, request->id, request->tool,
						 strlen(request->tool));
	else
		result_tool_error(call, outcome->error,
						  kind->limited || kind->explained ? reason : NULL);
}

/* The database has answered a call of a tool: with an envelope, or what is none. */
static void
call_answered(Call *call, const char *envelope, size_t length)
{
	const Request *request = &call->request;
	bool		reads = request_only_reads(request);
	ScanSpan	success = {NULL, 0};
	ScanMember	wanted[] = {{"success", &success, false, NULL}, {NULL, NULL, false, NULL}};
	bool		done;

	if (envelope == NULL || scan_members(envelope, length, wanted) != SCAN_OK ||
		success.start == NULL)
	{
		const Outcome failed = {.error = reads ? ERROR_INTERNAL : ERROR_LOST_WRITE};

		log_line("%s did not return a tool's result", request->tool);
		call_failed(call, &failed);
		return;
	}
	done = success.start[0] == 't';
	if (request->unreplicated && done)
		result_tool_error(call, ERROR_NOT_REPLICATED, NULL);
	/* what was cancelled too late to be rolled back is reported */
	else if (!request->cancelled || (!reads && done))
		result_envelope(call, envelope, length, done);
}

static void
call_done(Request *request, const Outcome *outcome)
{
	Call	   *call = call_of(request);

	if (outcome->answered)
		call_answered(call, outcome->value, outcome->length);
	else
		call_failed(call, outcome);
	session_end_call(call);
}

void
call_start(Message *message)
{
	ScanSpan	arguments = message->spans->arguments;
	ScanSpan	spelled = message->spans->name;
	Transport  *transport = message->session->transport;
	size_t		length = 0;
	char	   *name;

	if (!scan_is_string(spelled))
	{
		message_invalid(message, "name must be a string");
		return;
	}
	if (arguments.start == NULL || scan_is_null(arguments))
		arguments = (ScanSpan) {"{}", 2};
	if (!scan_is_object(arguments))
	{
		message_invalid(message, "arguments must be an object");
		return;
	}
	name = rpc_string(spelled, &length);
	if (name == NULL)			/* no text: shown as it is spelled */
		rpc_unknown_tool(transport, message->id, spelled.start + 1, spelled.length - 2);
	else if (strlen(name) != length)
		rpc_unknown_tool(transport, message->id, name, length);
	else
	{
		const RequestText text = {
			.id = message->id, .arguments = arguments, .tool = name, .agent = message->agent
		};
		Call	   *call = session_begin_call(message->session, REQUEST_WRITE, message->era, &text,
											  call_done);

		tool_list_resolve(&call->request);
	}
	free(name);
}
