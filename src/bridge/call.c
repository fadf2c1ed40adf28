/*
 * call.c
 *		tools/call: from the message to the envelope.
 *
 * The database answers a call with an envelope, or with what the client's user has to
 * be asked first (consult.c): then his answer goes to it in a second statement.
 *
 * Entry point: call_start.
 */
#include "call.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "consult.h"
#include "log.h"
#include "metrics.h"
#include "pool.h"
#include "result.h"
#include "rpc.h"
#include "session.h"
#include "tool_list.h"

static void call_done(Request *request, const Outcome *outcome);

/* A call of a tool ends without an answer of the database's. */
static void
call_failed(Call *call, const Outcome *outcome)
{
	const Request *request = &call->request;
	const OwnErrorKind *kind = own_error_kind(outcome->error);
	char		limit[64];
	const char *reason = request_reason(request, outcome, limit, sizeof(limit));

	/* a cancelled call is silent, unless it may have changed something */
	if (!request->cancelled || kind->may_have_written)
	{
		if (outcome->error == ERROR_UNKNOWN_TOOL)
			rpc_unknown_tool(call->session->transport, request->id, request->tool,
							 strlen(request->tool));
		else
			result_tool_error(call, outcome->error,
							  kind->limited || kind->explained ? reason : NULL);
	}
	session_end_call(call);
}

/* The envelope says that it was refused. */
static void
note_refusal(ScanSpan envelope)
{
	ScanSpan	content = {NULL, 0};
	ScanSpan	spelled = {NULL, 0};
	ScanMember	in_content[] = {{"error_code", &spelled, false, NULL}, {NULL, NULL, false, NULL}};
	ScanMember	wanted[] = {{"content", &content, false, in_content}, {NULL, NULL, false, NULL}};
	size_t		length;
	char	   *code = NULL;

	if (scan_members(envelope.start, envelope.length, wanted) == SCAN_OK)
		code = rpc_string(spelled, &length);
	if (code != NULL)
		metrics_error(code);
	free(code);
}

/* It ends with an envelope of the database's. */
static void
call_ended(Call *call, ScanSpan envelope, bool done)
{
	const Request *request = &call->request;

	if (request->unreplicated && done)
		result_tool_error(call, ERROR_NOT_REPLICATED, NULL);
	/* what was cancelled too late to be rolled back is reported */
	else if (!request->cancelled || (!request_only_reads(request) && done))
	{
		if (!done)
			note_refusal(envelope);
		result_envelope(call, envelope.start, envelope.length, done);
	}
	session_end_call(call);
}

/* Its client's user has answered: the same call again, with that.  Or he has not. */
static void
call_consulted(Call *call, const char *state, const char *responses, ScanSpan otherwise)
{
	const Request *request = &call->request;
	const RequestText text = {
		.id = request->id, .arguments = request->arguments, .tool = request->tool,
		.agent = request->agent, .trace = request->trace, .asked = state, .responses = responses,
		.token = request->token
	};
	Call	   *again;

	if (responses == NULL)
	{
		call_ended(call, otherwise, false);
		return;
	}
	again = session_begin_call(call->session, REQUEST_ANSWER, call->era, &text, call_done);
	again->elicits = call->elicits;
	again->asked = call->asked;
	again->progress = call->progress;
	again->began = call->began;
	call->began = 0;
	again->request.progressed = request->progressed;
	session_end_call(call);
	pool_submit(&again->request);
}

/* The database has answered: with an envelope, with a question, or with what is neither. */
static void
call_answered(Call *call, const Outcome *outcome)
{
	const Request *request = &call->request;
	const ScanSpan envelope = {outcome->value, outcome->length};
	ScanSpan	success = {NULL, 0};
	ScanSpan	required = {NULL, 0};
	Question	question = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	ScanMember	asked[] = {
		{"inputRequests", &question.requests, false, NULL},
		{"requestState", &question.state, false, NULL},
		{NULL, NULL, false, NULL}
	};
	ScanMember	wanted[] = {
		{"success", &success, false, NULL},
		{"input_required", &required, false, asked},
		{"otherwise", &question.otherwise, false, NULL},
		{NULL, NULL, false, NULL}
	};
	char		part[REQUEST_PART];
	bool		read = envelope.start != NULL &&
		scan_members(envelope.start, envelope.length, wanted) == SCAN_OK;

	if (read && success.start != NULL)
		call_ended(call, envelope, success.start[0] == 't');
	else if (read && required.start != NULL && scan_is_object(question.otherwise))
	{
		/* nothing was written: the answer to a call that is cancelled would come too late */
		if (request->cancelled || !consult_begin(call, &question, call_consulted))
			call_ended(call, question.otherwise, false);
	}
	else
	{
		const Outcome failed = {
			.error = request_only_reads(request) ? ERROR_INTERNAL : ERROR_LOST_WRITE
		};

		log_line("%s did not return a tool's result%s", request->tool,
				 request_part(request, part));
		call_failed(call, &failed);
	}
}

static void
call_done(Request *request, const Outcome *outcome)
{
	if (outcome->answered)
		call_answered(call_of(request), outcome);
	else
		call_failed(call_of(request), outcome);
}

/* Told at once, but not to a client that does not read: what comes later says more. */
static void
call_progressed(Request *request, const Progress *progress)
{
	Call	   *call = call_of(request);
	Buf		   *notification;

	if (progress->done < call->progress || (call->session->holds & HOLD_OUTPUT) != 0)
		return;
	call->progress = progress->done + 1;
	notification = rpc_begin_notification("notifications/progress");
	buf_text(notification, "{\"progressToken\":");
	buf_span(notification, request->token);
	buf_printf(notification, ",\"progress\":%" PRIu64, progress->done);
	if (progress->total > 0)
		buf_printf(notification, ",\"total\":%" PRIu64, progress->total);
	buf_text(notification, "}");
	rpc_send(call->session->transport, notification);
}

/* A text for the database; false: it can be none, as a NUL cannot be sent. */
static bool
take_text(ScanSpan spelled, char **text)
{
	size_t		length = 0;

	*text = rpc_string(spelled, &length);
	return *text != NULL && strlen(*text) == length;
}

/*
 * What comes back with a call that its client's user was asked for; NULL each: nothing.
 * Only the modern era has that.  False when it has been answered with an error.
 */
static bool
take_answers(const Message *message, char **state, char **responses)
{
	ScanSpan	spelled_state = message->spans->state;
	ScanSpan	spelled_responses = message->spans->responses;

	if (message->era == ERA_LEGACY)
		return true;
	if (spelled_state.start != NULL && !take_text(spelled_state, state))
	{
		message_invalid(message, "requestState must be a string without NUL");
		return false;
	}
	if (spelled_responses.start == NULL)
		return true;
	if (!scan_is_object(spelled_responses))
	{
		message_invalid(message, "inputResponses must be an object");
		return false;
	}
	*responses = must_alloc(spelled_responses.length + 1);
	memcpy(*responses, spelled_responses.start, spelled_responses.length);
	(*responses)[spelled_responses.length] = '\0';
	return true;
}

/* The arguments and the token; false when it has been answered with an error. */
static bool
take_params(const Message *message, RequestText *text)
{
	text->arguments = message->spans->arguments;
	text->token = message->token;
	if (text->arguments.start == NULL || scan_is_null(text->arguments))
		text->arguments = (ScanSpan) {"{}", 2};
	if (scan_is_null(text->token))
		text->token = (ScanSpan) {NULL, 0};
	if (!scan_is_string(message->spans->name))
		message_invalid(message, "name must be a string");
	else if (!scan_is_object(text->arguments))
		message_invalid(message, "arguments must be an object");
	else if (text->token.start != NULL && !rpc_is_id(text->token))
		message_invalid(message, "progressToken must be a string or an integer");
	else
		return true;
	return false;
}

/* The tool's name; NULL when it has been answered with an error. */
static char *
take_name(const Message *message)
{
	Transport  *transport = message->session->transport;
	ScanSpan	spelled = message->spans->name;
	size_t		length = 0;
	char	   *name = rpc_string(spelled, &length);

	if (name != NULL && strlen(name) == length)
		return name;
	if (name == NULL)			/* no text: shown as it is spelled */
		rpc_unknown_tool(transport, message->id, spelled.start + 1, spelled.length - 2);
	else
		rpc_unknown_tool(transport, message->id, name, length);
	free(name);
	return NULL;
}

/* A client that can ask its user, or has done so, calls in the longer form. */
static void
begin(const Message *message, const RequestText *text)
{
	bool		asks = message->elicits || text->asked != NULL || text->responses != NULL;
	Call	   *call = session_begin_call(message->session, asks ? REQUEST_ANSWER : REQUEST_WRITE,
										  message->era, text, call_done);

	call->elicits = message->elicits;
	if (text->token.start != NULL)
		call->request.progressed = call_progressed;
	tool_list_resolve(&call->request);
}

void
call_start(Message *message)
{
	RequestText text = message_text(message);
	char	   *name = NULL;
	char	   *state = NULL;
	char	   *responses = NULL;

	if (take_params(message, &text) && take_answers(message, &state, &responses) &&
		(name = take_name(message)) != NULL)
	{
		text.tool = name;
		text.asked = state;
		text.responses = responses;
		begin(message, &text);
	}
	free(name);
	free(state);
	free(responses);
}
