/*
 * ask.c
 *		Methods that a function of the database answers: resources, prompts, completions.
 *
 * What such a function returns is the result, to which the protocol's own members are
 * added; what it refuses is an error of the client's params.  A new method of this kind
 * is a row here and one in queries.c.
 *
 * Entry point: ask_start.
 */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "result.h"
#include "rpc.h"
#include "tool_list.h"

/* A result that clients are not told to keep. */
#define NOT_CACHED (-1)

typedef struct Ask
{
	const char *method;
	RequestKind kind;			/* what the database is asked */
	const char *text;			/* the member of params that is handed on as text; or NULL */
	bool		required;		/* it must be there */
	const char *object;			/* that of which the JSON is handed on; "": all params; or NULL */
	int			ttl;			/* how long clients may keep the result, in milliseconds */
} Ask;

/* Cursors are of lists that have pages; the others refuse them. */
static const Ask asks[] = {
	{"resources/list", REQUEST_RESOURCES, "cursor", false, NULL, 0},
	{"resources/templates/list", REQUEST_TEMPLATES, NULL, false, NULL, TOOL_LIST_TTL_MS},
	{"resources/read", REQUEST_RESOURCE, "uri", true, NULL, 0},
	{"prompts/list", REQUEST_PROMPTS, NULL, false, NULL, TOOL_LIST_TTL_MS},
	{"prompts/get", REQUEST_PROMPT, "name", true, "arguments", NOT_CACHED},
	{"completion/complete", REQUEST_COMPLETION, NULL, false, "", NOT_CACHED},
};

static const Ask *
ask_of(RequestKind kind)
{
	size_t		i = 0;

	while (asks[i].kind != kind)
		i++;
	return &asks[i];
}

static void
failed(const Call *call, OwnError error, const char *reason)
{
	if (error == ERROR_NOT_FOUND && call->request.kind == REQUEST_RESOURCE)
		result_no_resource(call, call->request.tool);
	else
		rpc_error(call->session->transport, call->request.id, error, reason);
}

static void
answered(const Call *call, const Outcome *outcome)
{
	const Ask  *ask = ask_of(call->request.kind);
	ScanMember	none[] = {{NULL, NULL, false, NULL}};

	if (outcome->value == NULL || scan_members(outcome->value, outcome->length, none) != SCAN_OK)
		failed(call, ERROR_INTERNAL, NULL);
	else if (!result_object(call, outcome->value, outcome->length, ask->ttl))
		failed(call, ERROR_ANSWER_TOO_LARGE, NULL);
}

static void
ask_done(Request *request, const Outcome *outcome)
{
	Call	   *call = call_of(request);

	if (!request->cancelled)
	{
		if (outcome->answered)
			answered(call, outcome);
		else
			failed(call, outcome->error, outcome->reason);
	}
	session_end_call(call);
}

/* The texts and spans that go on to the database; false when it has been refused. */
static bool
read_params(const Message *message, const Ask *ask, char **text, ScanSpan *object)
{
	ScanSpan	params = message->spans->params;
	ScanSpan	found = {NULL, 0};
	size_t		length = 0;
	ScanMember	wanted[] = {
		{ask->text != NULL ? ask->text : "cursor", &found, false, NULL},
		{ask->object != NULL ? ask->object : "", object, true, NULL},
		{NULL, NULL, false, NULL}
	};

	if (params.start == NULL)
		params = (ScanSpan) {"{}", 2};
	if (scan_members(params.start, params.length, wanted) != SCAN_OK)
	{
		message_invalid(message, "a member is named twice");
		return false;
	}
	if (ask->object != NULL && ask->object[0] == '\0')
		*object = params;
	if (ask->text == NULL && found.start != NULL)
	{
		message_invalid(message, "the list has one page, so there is no cursor");
		return false;
	}
	if (found.start == NULL && !ask->required)
		return true;
	*text = rpc_string(found, &length);
	if (*text != NULL && strlen(*text) == length)
		return true;
	message_invalid(message, ask->required ? "uri or name must be a string" :
					"cursor must be a string");
	return false;
}

static void
start(const Message *message, const Ask *ask)
{
	char	   *text = NULL;
	ScanSpan	object = {NULL, 0};

	if (read_params(message, ask, &text, &object))
	{
		RequestText request = message_text(message);
		Call	   *call;

		request.arguments = object;
		if (text != NULL)
			request.tool = text;
		call = session_begin_call(message->session, ask->kind, message->era, &request, ask_done);
		pool_submit(&call->request);
	}
	free(text);
}

bool
ask_start(const Message *message)
{
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
	{
		if (rpc_string_is(message->spans->method, asks[i].method))
		{
			start(message, &asks[i]);
			return true;
		}
	}
	return false;
}
