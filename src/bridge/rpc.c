/*
 * rpc.c
 *		JSON-RPC 2.0: what kind of message a line is, and how answers look.
 *
 * Entry points: rpc_kind, rpc_is_id, rpc_string, rpc_string_is, rpc_begin,
 * rpc_begin_request, rpc_begin_notification, rpc_send, rpc_error, rpc_error_data,
 * rpc_unknown_tool.
 */
#include "rpc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

/* An id is echoed in the answer, which has to fit into a line as well. */
#define ID_LIMIT ((size_t) 1024 * 1024)

/* What the buffer keeps between messages. */
#define MESSAGE_AT_REST ((size_t) 64 * 1024)

const ScanSpan rpc_no_id = {NULL, 0};

static Buf	message_buf;

bool
rpc_is_id(ScanSpan span)
{
	return (scan_is_string(span) || scan_is_integer(span)) && span.length <= ID_LIMIT;
}

RpcKind
rpc_kind(const ScanMessage *message, ScanSpan *id, const char **detail)
{
	bool		id_fits = rpc_is_id(message->id);
	bool		responds = message->method.start == NULL &&
		(message->result.start != NULL || message->error.start != NULL);

	*id = id_fits ? message->id : rpc_no_id;
	*detail = NULL;
	/* to a response nothing is said, even if it does not know to what it is one */
	if (message->id.start != NULL && !id_fits && !responds)
		*detail = "id must be a string or an integer, of at most 1 MiB";
	else if (!rpc_string_is(message->jsonrpc, "2.0"))
		*detail = "jsonrpc must be \"2.0\"";
	else if (responds)
		return RPC_RESPONSE;
	else if (!scan_is_string(message->method))
		*detail = "method must be a string";
	if (*detail != NULL)
		return RPC_INVALID;
	return message->id.start != NULL ? RPC_REQUEST : RPC_NOTIFICATION;
}

char *
rpc_string(ScanSpan span, size_t *length)
{
	char	   *copy;
	json_t	   *json;

	if (!scan_is_string(span))
		return NULL;
	if (memchr(span.start, '\\', span.length) == NULL)
	{
		*length = span.length - 2;
		copy = must_alloc(*length + 1);
		memcpy(copy, span.start + 1, *length);
		copy[*length] = '\0';
		return copy;
	}
	json = json_loadb(span.start, span.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (json == NULL)
		return NULL;			/* a lone surrogate */
	*length = json_string_length(json);
	copy = must_alloc(*length + 1);
	memcpy(copy, json_string_value(json), *length);
	copy[*length] = '\0';
	json_decref(json);
	return copy;
}

bool
rpc_string_is(ScanSpan span, const char *text)
{
	size_t		wanted = strlen(text);
	size_t		length;
	char	   *copy;
	bool		same;

	if (!scan_is_string(span))
		return false;
	if (memchr(span.start, '\\', span.length) == NULL)
		return span.length - 2 == wanted && memcmp(span.start + 1, text, wanted) == 0;
	copy = rpc_string(span, &length);
	same = copy != NULL && length == wanted && memcmp(copy, text, wanted) == 0;
	free(copy);
	return same;
}

static Buf *
begin_message(void)
{
	message_buf.length = 0;
	buf_text(&message_buf, "{\"jsonrpc\":\"2.0\"");
	return &message_buf;
}

static Buf *
begin_answer(ScanSpan id)
{
	Buf		   *answer = begin_message();

	buf_text(answer, ",\"id\":");
	if (id.start != NULL)
		buf_span(answer, id);
	else
		buf_text(answer, "null");
	return answer;
}

Buf *
rpc_begin(ScanSpan id)
{
	Buf		   *answer = begin_answer(id);

	buf_text(answer, ",\"result\":");
	return answer;
}

Buf *
rpc_begin_request(const char *id, const char *method)
{
	Buf		   *request = begin_message();

	buf_printf(request, ",\"id\":\"%s\",\"method\":\"%s\",\"params\":", id, method);
	return request;
}

Buf *
rpc_begin_notification(const char *method)
{
	Buf		   *notification = begin_message();

	buf_printf(notification, ",\"method\":\"%s\",\"params\":", method);
	return notification;
}

void
rpc_send(Transport *transport, Buf *message)
{
	buf_text(message, "}\n");
	transport_send(transport, message);
	message->length = 0;
	buf_shrink(message, MESSAGE_AT_REST);
}

void
rpc_error_data(Transport *transport, ScanSpan id, OwnError error, const char *detail,
			   ScanSpan data)
{
	const OwnErrorKind *kind = own_error_kind(error);
	Buf		   *answer = begin_answer(id);

	metrics_error(kind->code);
	buf_printf(answer, ",\"error\":{\"code\":%d,\"message\":", kind->rpc_code);
	own_error_text(answer, error, detail);
	if (data.start != NULL)
	{
		buf_text(answer, ",\"data\":");
		buf_span(answer, data);
	}
	buf_text(answer, "}");
	rpc_send(transport, answer);
}

void
rpc_error(Transport *transport, ScanSpan id, OwnError error, const char *detail)
{
	rpc_error_data(transport, id, error, detail, (ScanSpan) {NULL, 0});
}

void
rpc_unknown_tool(Transport *transport, ScanSpan id, const char *name, size_t length)
{
	Buf			detail = {NULL, 0, 0};

	buf_json_excerpt(&detail, name, length, ERROR_NAME_LIMIT);
	buf_text(&detail, "; tools/list names the tools");
	buf_put(&detail, "", 1);
	rpc_error(transport, id, ERROR_UNKNOWN_TOOL, detail.data);
	buf_free(&detail);
}
