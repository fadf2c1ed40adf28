/*
 * mcp.c
 *		The Model Context Protocol: methods, and who answers them.
 *
 * A line becomes a message; it is answered at once, or becomes a call of its
 * session, whose request comes back from the database (see the functions *_done).
 *
 * Entry point: mcp_serve.
 */
#include "mcp.h"

#include <string.h>

#include "ask.h"
#include "call.h"
#include "consult.h"
#include "instructions.h"
#include "live.h"
#include "message.h"
#include "pool.h"
#include "result.h"
#include "rpc.h"
#include "session.h"
#include "tool_list.h"

/* What the handshake may agree on; the first is offered for all others. */
static const char *const legacy_versions[] = {"2025-11-25", "2025-06-18", "2024-11-05"};

/* The database has said how to use the tools, or a sentence stands in for that. */
static void
instructed_done(Request *request, const Outcome *outcome)
{
	Call	   *call = call_of(request);

	if (!outcome->answered)
		rpc_error(call->session->transport, request->id, outcome->error, outcome->reason);
	else if (call->version != NULL)
		result_initialize(call, outcome->value, outcome->length);
	else
		result_discover(call, outcome->value, outcome->length);
	session_release(call->session, HOLD_ANSWER);
	session_end_call(call);
}

/*
 * initialize, with the version that was agreed on, or server/discover (NULL).  What
 * the client sends meanwhile is answered after this, as if it were answered at once.
 */
static void
start_instructed(const Message *message, const char *version)
{
	const RequestText text = message_text(message);
	Call	   *call = session_begin_call(message->session, REQUEST_INSTRUCTIONS, message->era,
										  &text, instructed_done);

	call->version = version;
	session_hold(message->session, HOLD_ANSWER);
	instructions_resolve(&call->request);
}

static void
answer_initialize(Message *message)
{
	ScanSpan	params = message->spans->params;
	ScanSpan	version = {NULL, 0};
	ScanSpan	capabilities = {NULL, 0};
	ScanSpan	client_info = {NULL, 0};
	ScanMember	wanted[] = {
		{"protocolVersion", &version, false, NULL},
		{"capabilities", &capabilities, false, NULL},
		{"clientInfo", &client_info, false, NULL},
		{NULL, NULL, false, NULL}
	};
	const char *agreed = legacy_versions[0];

	if (params.start == NULL ||
		scan_members(params.start, params.length, wanted) != SCAN_OK ||
		!scan_is_string(version))
	{
		message_invalid(message, "protocolVersion must be a string");
		return;
	}
	if ((capabilities.start != NULL && !scan_is_object(capabilities)) ||
		(client_info.start != NULL && !scan_is_object(client_info)))
	{
		message_invalid(message, "capabilities and clientInfo must be objects");
		return;
	}
	for (size_t i = 0; i < sizeof(legacy_versions) / sizeof(legacy_versions[0]); i++)
	{
		if (rpc_string_is(version, legacy_versions[i]))
			agreed = legacy_versions[i];
	}
	message->agent[0] = '\0';
	if (client_info.start != NULL)
		message_read_agent(message->agent, client_info);
	strcpy(message->session->agent, message->agent);
	message->session->elicits = message_can_elicit(capabilities);
	message->session->handshake_done = true;
	start_instructed(message, agreed);
}

static void
answer_discover(Message *message)
{
	start_instructed(message, NULL);
}

static void
answer_ping(Message *message)
{
	result_empty(message->session, message->id);
}

/* The list of tools came for a client. */
static void
list_done(Request *request, const Outcome *outcome)
{
	Call	   *call = call_of(request);
	Outcome		failed = {.error = ERROR_INTERNAL};
	char		limit[64];

	if (outcome->answered && tool_list_learn(request, outcome))
	{
		if (!request->cancelled)
		{
			result_tools(call);
			live_tools_listed(call);
		}
	}
	else if (!request->cancelled)
	{
		if (!outcome->answered)
			failed = *outcome;
		rpc_error(call->session->transport, request->id, failed.error,
				  request_reason(request, &failed, limit, sizeof(limit)));
	}
	session_end_call(call);
}

static void
start_list(Message *message)
{
	ScanSpan	params = message->spans->params;
	ScanSpan	cursor = {NULL, 0};
	const RequestText text = message_text(message);
	Call	   *call;
	ScanMember	wanted[] = {{"cursor", &cursor, false, NULL}, {NULL, NULL, false, NULL}};

	if (params.start != NULL &&
		(scan_members(params.start, params.length, wanted) == SCAN_DUPLICATE ||
		 cursor.start != NULL))
	{
		message_invalid(message, "the list has one page, so there is no cursor");
		return;
	}
	call = session_begin_call(message->session, REQUEST_TOOLS, message->era, &text, list_done);
	pool_submit(&call->request);
}

static const struct
{
	const char *name;			/* the method */
	bool		legacy;			/* known up to 2025-11-25 */
	bool		modern;			/* known from 2026-07-28 */
	void		(*answer) (Message *message);
}			methods[] = {
	{"tools/call", true, true, call_start},
	{"tools/list", true, true, start_list},
	{"ping", true, false, answer_ping},
	{"initialize", true, false, answer_initialize},
	{"server/discover", false, true, answer_discover},
	{"subscriptions/listen", false, true, live_listen},
	{"resources/subscribe", true, false, live_subscribe},
	{"resources/unsubscribe", true, false, live_unsubscribe},
};

static void
handle_request(Session *session, const ScanMessage *spans, ScanSpan id)
{
	Message		message = {.session = session, .spans = spans, .id = id};

	if (!message_decide_era(&message))
		return;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
	{
		if ((message.era == ERA_MODERN ? methods[i].modern : methods[i].legacy) &&
			rpc_string_is(spans->method, methods[i].name))
		{
			methods[i].answer(&message);
			return;
		}
	}
	if (!ask_start(&message))
		rpc_error(session->transport, id, ERROR_METHOD_NOT_FOUND, NULL);
}

/* Of all notifications only a cancellation asks for something. */
static void
handle_notification(Session *session, const ScanMessage *message)
{
	ScanSpan	id = {NULL, 0};
	ScanMember	wanted[] = {{"requestId", &id, false, NULL}, {NULL, NULL, false, NULL}};

	if (!rpc_string_is(message->method, "notifications/cancelled") ||
		!scan_is_object(message->params))
		return;
	if (scan_members(message->params.start, message->params.length, wanted) == SCAN_OK &&
		id.start != NULL)
		session_cancel(session, id);
}

static void
on_line(void *to, const char *line, size_t length)
{
	Session    *session = to;
	Transport  *transport = session->transport;
	ScanMessage message;
	ScanSpan	id;
	const char *detail;

	switch (scan_message(line, length, &message))
	{
		case SCAN_OK:
			break;
		case SCAN_EMPTY:
			return;
		case SCAN_BROKEN:
			rpc_error(transport, rpc_no_id, ERROR_PARSE, NULL);
			return;
		case SCAN_ARRAY:
			rpc_error(transport, rpc_no_id, ERROR_BATCH, NULL);
			return;
		case SCAN_SCALAR:
			rpc_error(transport, rpc_no_id, ERROR_INVALID_REQUEST, "a message is an object");
			return;
		case SCAN_DUPLICATE:
			rpc_error(transport, rpc_no_id, ERROR_INVALID_REQUEST, "a member is named twice");
			return;
	}
	switch (rpc_kind(&message, &id, &detail))
	{
		case RPC_REQUEST:
			handle_request(session, &message, id);
			break;
		case RPC_NOTIFICATION:
			handle_notification(session, &message);
			break;
		case RPC_RESPONSE:
			consult_answered(session, &message);
			break;
		case RPC_INVALID:
			rpc_error(transport, id, ERROR_INVALID_REQUEST, detail);
			break;
	}
}

static void
on_too_long(void *to)
{
	Session    *session = to;

	rpc_error(session->transport, rpc_no_id, ERROR_LINE_TOO_LONG, NULL);
}

static void
on_end(void *session)
{
	session_end_of_input(session);
}

static void
on_gone(void *session)
{
	session_abandon(session);
}

static void
on_backlogged(void *session)
{
	session_backlogged(session);
}

static void
on_drained(void *session)
{
	session_drained(session);
}

Session *
mcp_serve(Transport *transport)
{
	static const TransportHandlers handlers = {
		on_line, on_too_long, on_end, on_gone, on_backlogged, on_drained
	};

	return session_open(transport, &handlers);
}
