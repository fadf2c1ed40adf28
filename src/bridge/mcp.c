/*
 * mcp.c
 *		The Model Context Protocol: eras, methods, and who answers them.
 *
 * The era is decided for each message by its _meta, because clients mix them
 * on one connection.  A message without _meta of the modern era is legacy,
 * once there has been a handshake.
 *
 * Entry points: mcp_line, mcp_line_too_long, mcp_result_tail.
 */
#include "mcp.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pool.h"
#include "rpc.h"
#include "tool_list.h"

#define MODERN_VERSION "2026-07-28"
#define META_PREFIX "io.modelcontextprotocol/"
#define SERVER_INFO \
	"{\"name\":\"scimver-mcp\",\"title\":\"scimver\",\"version\":\"" SCIMVER_VERSION "\"}"

/* Bytes of a client's name that are kept. */
#define AGENT_LIMIT 128

/* What the handshake may agree on; the first is offered for all others. */
static const char *const legacy_versions[] = {"2025-11-25", "2025-06-18", "2024-11-05"};

/* How to write safely; in fewer words, each tool that writes says it too. */
static const char instructions[] =
"Users and groups (SCIM 2.0) that people, programs and other agents change at the same time. "
"Every resource has a version, a hash of its content.\n"
"To change one: read it, then write with expected_version set to the version you read "
"(content._version or metadata.version). If it has changed meanwhile you get VERSION_MISMATCH "
"and nothing is written: take content.current, merge your change into it, "
"and retry with expected_version = content.current_version (where current is too large to be "
"shown, do as content.next_steps says). Never drop expected_version to get through: that "
"overwrites others' work.\n"
"An update replaces the whole resource: send every attribute that shall stay. "
"For single attributes use a patch tool, for a group's members scim_modify_group_members.\n"
"To look again, pass the version you have as known_version: if nothing changed, the answer is "
"only content.not_modified. "
"Leave tenant_id out unless you were told one.\n"
"Failures have content.error_code, content.retryable and content.next_steps. "
"RETRY_LATER: nothing was changed, make the same call again. "
"OUTCOME_UNKNOWN: the write may or may not have happened, so read the resource before you "
"decide.";

/* A request, while it is dispatched. */
typedef struct Request
{
	const ScanMessage *message; /* its spans */
	ScanSpan	id;				/* its id */
	Era			era;			/* its era */
	char		agent[AGENT_LIMIT + 1]; /* the client's name; or "" */
} Request;

static bool handshake_done;
static char legacy_agent[AGENT_LIMIT + 1];

const char *
mcp_result_tail(Era era)
{
	if (era == ERA_LEGACY)
		return "";
	return ",\"resultType\":\"complete\",\"_meta\":{\"" META_PREFIX "serverInfo\":" SERVER_INFO "}";
}

static void
invalid_params(const Request *request, const char *detail)
{
	rpc_error(request->id, ERROR_INVALID_PARAMS, detail);
}

/*
 * The client's name, for the record: without control characters, which would
 * only serve to deceive whoever reads a log.
 */
static void
read_agent(char *agent, ScanSpan client_info)
{
	json_t	   *info = json_loadb(client_info.start, client_info.length, 0, NULL);
	const char *name = json_string_value(json_object_get(info, "name"));
	size_t		length = 0;

	for (; name != NULL && *name != '\0' && length < AGENT_LIMIT; name++)
	{
		unsigned char c = (unsigned char) *name;

		if (c >= 0x20 && c != 0x7F)
			agent[length++] = *name;
	}
	/* cut between characters */
	if (name != NULL && *name != '\0')
	{
		while (length > 0 && ((unsigned char) *name & 0xC0) == 0x80)
		{
			name--;
			length--;
		}
	}
	agent[length] = '\0';
	json_decref(info);
}

/* A modern request: does its _meta say all that it must? */
static bool
check_modern(Request *request, ScanSpan version, ScanSpan capabilities, ScanSpan client_info)
{
	Buf			data = {NULL, 0, 0};

	if (!scan_is_string(version))
	{
		invalid_params(request, "_meta must hold " META_PREFIX "protocolVersion, a string");
		return false;
	}
	if (!scan_is_object(capabilities))
	{
		invalid_params(request, "_meta must hold " META_PREFIX "clientCapabilities, an object");
		return false;
	}
	if (client_info.start != NULL && !scan_is_object(client_info))
	{
		invalid_params(request, META_PREFIX "clientInfo must be an object");
		return false;
	}
	if (!rpc_string_is(version, MODERN_VERSION))
	{
		buf_text(&data, "{\"supported\":[\"" MODERN_VERSION "\"],\"requested\":");
		buf_span(&data, version);
		buf_text(&data, "}");
		rpc_error_data(request->id, ERROR_UNSUPPORTED_VERSION, NULL,
					   (ScanSpan) {data.data, data.length});
		buf_free(&data);
		return false;
	}
	if (client_info.start != NULL)
		read_agent(request->agent, client_info);
	return true;
}

/* Decide the era; false when the request has been answered with an error. */
static bool
decide_era(Request *request)
{
	const ScanMessage *m = request->message;
	ScanSpan	version = {NULL, 0};
	ScanSpan	capabilities = {NULL, 0};
	ScanSpan	client_info = {NULL, 0};
	ScanMember	wanted[] = {
		{META_PREFIX "protocolVersion", &version, false, NULL},
		{META_PREFIX "clientCapabilities", &capabilities, false, NULL},
		{META_PREFIX "clientInfo", &client_info, false, NULL},
		{NULL, NULL, false, NULL}
	};

	if (m->params.start != NULL && !scan_is_object(m->params))
	{
		invalid_params(request, "params must be an object");
		return false;
	}
	if (m->meta.start != NULL &&
		scan_members(m->meta.start, m->meta.length, wanted) != SCAN_OK)
	{
		invalid_params(request, "params._meta must be an object that names nothing twice");
		return false;
	}
	request->agent[0] = '\0';
	if (version.start != NULL || capabilities.start != NULL)
	{
		request->era = ERA_MODERN;
		return check_modern(request, version, capabilities, client_info);
	}
	request->era = ERA_LEGACY;
	if (!handshake_done && !rpc_string_is(m->method, "initialize"))
	{
		invalid_params(request, "_meta lacks " META_PREFIX "protocolVersion and "
					   META_PREFIX "clientCapabilities, and there was no initialize");
		return false;
	}
	strcpy(request->agent, legacy_agent);
	return true;
}

static void
answer_initialize(const Request *request)
{
	ScanSpan	params = request->message->params;
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
	Buf		   *answer;

	if (params.start == NULL ||
		scan_members(params.start, params.length, wanted) != SCAN_OK ||
		!scan_is_string(version))
	{
		invalid_params(request, "protocolVersion must be a string");
		return;
	}
	if ((capabilities.start != NULL && !scan_is_object(capabilities)) ||
		(client_info.start != NULL && !scan_is_object(client_info)))
	{
		invalid_params(request, "capabilities and clientInfo must be objects");
		return;
	}
	for (size_t i = 0; i < sizeof(legacy_versions) / sizeof(legacy_versions[0]); i++)
	{
		if (rpc_string_is(version, legacy_versions[i]))
			agreed = legacy_versions[i];
	}
	legacy_agent[0] = '\0';
	if (client_info.start != NULL)
		read_agent(legacy_agent, client_info);
	handshake_done = true;

	answer = rpc_begin(request->id);
	buf_printf(answer, "{\"protocolVersion\":\"%s\",\"capabilities\":{\"tools\":{}},"
			   "\"serverInfo\":" SERVER_INFO ",\"instructions\":", agreed);
	buf_json_string(answer, instructions, strlen(instructions));
	buf_text(answer, "}");
	rpc_send(answer);
}

static void
answer_discover(const Request *request)
{
	Buf		   *answer = rpc_begin(request->id);

	buf_text(answer, "{\"supportedVersions\":[\"" MODERN_VERSION "\"],"
			 "\"capabilities\":{\"tools\":{}},\"instructions\":");
	buf_json_string(answer, instructions, strlen(instructions));
	buf_text(answer, ",\"ttlMs\":3600000,\"cacheScope\":\"public\"");
	buf_text(answer, mcp_result_tail(request->era));
	buf_text(answer, "}");
	rpc_send(answer);
}

static void
answer_ping(const Request *request)
{
	Buf		   *answer = rpc_begin(request->id);

	buf_text(answer, "{}");
	rpc_send(answer);
}

static void
start_list(const Request *request)
{
	ScanSpan	params = request->message->params;
	ScanSpan	cursor = {NULL, 0};
	ScanMember	wanted[] = {{"cursor", &cursor, false, NULL}, {NULL, NULL, false, NULL}};

	if (params.start != NULL &&
		(scan_members(params.start, params.length, wanted) == SCAN_DUPLICATE ||
		 cursor.start != NULL))
	{
		invalid_params(request, "the list has one page, so there is no cursor");
		return;
	}
	pool_submit(call_new(CALL_LIST, request->era, request->id, "",
						 (ScanSpan) {NULL, 0}, request->agent));
}

static void
start_call(const Request *request)
{
	ScanSpan	arguments = request->message->arguments;
	ScanSpan	spelled = request->message->name;
	size_t		length = 0;
	char	   *name;

	if (!scan_is_string(spelled))
	{
		invalid_params(request, "name must be a string");
		return;
	}
	if (arguments.start == NULL || scan_is_null(arguments))
		arguments = (ScanSpan) {"{}", 2};
	if (!scan_is_object(arguments))
	{
		invalid_params(request, "arguments must be an object");
		return;
	}
	name = rpc_string(spelled, &length);
	if (name == NULL)			/* no text: shown as it is spelled */
		rpc_unknown_tool(request->id, spelled.start + 1, spelled.length - 2);
	else if (strlen(name) != length)
		rpc_unknown_tool(request->id, name, length);
	else
		catalogue_resolve(call_new(CALL_TOOL, request->era, request->id, name,
								   arguments, request->agent));
	free(name);
}

static const struct
{
	const char *name;			/* the method */
	bool		legacy;			/* known up to 2025-11-25 */
	bool		modern;			/* known from 2026-07-28 */
	void		(*answer) (const Request *request);
}			methods[] = {
	{"tools/call", true, true, start_call},
	{"tools/list", true, true, start_list},
	{"ping", true, false, answer_ping},
	{"initialize", true, false, answer_initialize},
	{"server/discover", false, true, answer_discover},
};

static void
handle_request(const ScanMessage *message, ScanSpan id)
{
	Request		request = {.message = message, .id = id};

	if (!decide_era(&request))
		return;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
	{
		if ((request.era == ERA_MODERN ? methods[i].modern : methods[i].legacy) &&
			rpc_string_is(message->method, methods[i].name))
		{
			methods[i].answer(&request);
			return;
		}
	}
	rpc_error(id, ERROR_METHOD_NOT_FOUND, NULL);
}

/* Of all notifications only a cancellation asks for something. */
static void
handle_notification(const ScanMessage *message)
{
	ScanSpan	id = {NULL, 0};
	ScanMember	wanted[] = {{"requestId", &id, false, NULL}, {NULL, NULL, false, NULL}};

	if (!rpc_string_is(message->method, "notifications/cancelled") ||
		!scan_is_object(message->params))
		return;
	if (scan_members(message->params.start, message->params.length, wanted) == SCAN_OK &&
		id.start != NULL)
		call_cancel_id(id);
}

void
mcp_line(const char *line, size_t length)
{
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
			rpc_error(rpc_no_id, ERROR_PARSE, NULL);
			return;
		case SCAN_ARRAY:
			rpc_error(rpc_no_id, ERROR_BATCH, NULL);
			return;
		case SCAN_SCALAR:
			rpc_error(rpc_no_id, ERROR_INVALID_REQUEST, "a message is an object");
			return;
		case SCAN_DUPLICATE:
			rpc_error(rpc_no_id, ERROR_INVALID_REQUEST, "a member is named twice");
			return;
	}
	switch (rpc_kind(&message, &id, &detail))
	{
		case RPC_REQUEST:
			handle_request(&message, id);
			break;
		case RPC_NOTIFICATION:
			handle_notification(&message);
			break;
		case RPC_RESPONSE:
			break;				/* no request of ours can have asked for it */
		case RPC_INVALID:
			rpc_error(id, ERROR_INVALID_REQUEST, detail);
			break;
	}
}

void
mcp_line_too_long(void)
{
	rpc_error(rpc_no_id, ERROR_LINE_TOO_LONG, NULL);
}
