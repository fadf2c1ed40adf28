/*
 * message.c
 *		A request of a client's, while it is dispatched: whose it is, and its era.
 *
 * Entry points: message_decide_era, message_text, message_can_elicit,
 * message_read_agent, message_invalid.
 */
#include "message.h"

#include <jansson.h>
#include <string.h>

#include "result.h"
#include "rpc.h"

void
message_invalid(const Message *message, const char *detail)
{
	rpc_error(message->session->transport, message->id, ERROR_INVALID_PARAMS, detail);
}

void
message_read_agent(char *agent, ScanSpan client_info)
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
check_modern(Message *message, ScanSpan version, ScanSpan capabilities, ScanSpan client_info)
{
	Buf			data = {NULL, 0, 0};

	if (!scan_is_string(version))
	{
		message_invalid(message, "_meta must hold " META_PREFIX "protocolVersion, a string");
		return false;
	}
	if (!scan_is_object(capabilities))
	{
		message_invalid(message, "_meta must hold " META_PREFIX "clientCapabilities, an object");
		return false;
	}
	if (client_info.start != NULL && !scan_is_object(client_info))
	{
		message_invalid(message, META_PREFIX "clientInfo must be an object");
		return false;
	}
	if (!rpc_string_is(version, MODERN_VERSION))
	{
		buf_text(&data, "{\"supported\":[\"" MODERN_VERSION "\"],\"requested\":");
		buf_span(&data, version);
		buf_text(&data, "}");
		rpc_error_data(message->session->transport, message->id, ERROR_UNSUPPORTED_VERSION, NULL,
					   (ScanSpan) {data.data, data.length});
		buf_free(&data);
		return false;
	}
	if (client_info.start != NULL)
		message_read_agent(message->agent, client_info);
	message->elicits = message_can_elicit(capabilities);
	return true;
}

bool
message_decide_era(Message *message)
{
	const ScanMessage *m = message->spans;
	ScanSpan	version = {NULL, 0};
	ScanSpan	capabilities = {NULL, 0};
	ScanSpan	client_info = {NULL, 0};
	ScanSpan	trace_parent = {NULL, 0};
	ScanSpan	trace_state = {NULL, 0};
	ScanMember	wanted[] = {
		{META_PREFIX "protocolVersion", &version, false, NULL},
		{META_PREFIX "clientCapabilities", &capabilities, false, NULL},
		{META_PREFIX "clientInfo", &client_info, false, NULL},
		{"progressToken", &message->token, false, NULL},
		{"traceparent", &trace_parent, false, NULL},
		{"tracestate", &trace_state, false, NULL},
		{NULL, NULL, false, NULL}
	};

	if (m->params.start != NULL && !scan_is_object(m->params))
	{
		message_invalid(message, "params must be an object");
		return false;
	}
	if (m->meta.start != NULL &&
		scan_members(m->meta.start, m->meta.length, wanted) != SCAN_OK)
	{
		message_invalid(message, "params._meta must be an object that names nothing twice");
		return false;
	}
	message->agent[0] = '\0';
	trace_read(&message->trace, trace_parent, trace_state);
	if (version.start != NULL || capabilities.start != NULL)
	{
		message->era = ERA_MODERN;
		return check_modern(message, version, capabilities, client_info);
	}
	message->era = ERA_LEGACY;
	if (!message->session->handshake_done && !rpc_string_is(m->method, "initialize"))
	{
		message_invalid(message, "_meta lacks " META_PREFIX "protocolVersion and "
						META_PREFIX "clientCapabilities, and there was no initialize");
		return false;
	}
	strcpy(message->agent, message->session->agent);
	message->elicits = message->session->elicits;
	return true;
}

RequestText
message_text(const Message *message)
{
	const RequestText text = {
		.id = message->id, .tool = "", .agent = message->agent,
		.trace = message->trace.text[0] != '\0' ? message->trace.text : NULL
	};

	return text;
}

/* Without a word on which ways it has, it has this one. */
bool
message_can_elicit(ScanSpan capabilities)
{
	ScanSpan	elicitation = {NULL, 0};
	ScanSpan	form = {NULL, 0};
	ScanSpan	url = {NULL, 0};
	ScanMember	ways[] = {
		{"form", &form, false, NULL}, {"url", &url, false, NULL}, {NULL, NULL, false, NULL}
	};
	ScanMember	wanted[] = {
		{"elicitation", &elicitation, false, ways}, {NULL, NULL, false, NULL}
	};

	return scan_is_object(capabilities) &&
		scan_members(capabilities.start, capabilities.length, wanted) == SCAN_OK &&
		scan_is_object(elicitation) && (scan_is_object(form) || url.start == NULL);
}
