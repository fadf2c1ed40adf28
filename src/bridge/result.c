/*
 * result.c
 *		How the results of MCP look, in both eras; each is sent to its session.
 *
 * Entry points: result_empty, result_initialize, result_discover, result_tools,
 * result_object, result_no_resource, result_finished, result_envelope,
 * result_input_required, result_tool_error.
 */
#include "result.h"

#include <string.h>

#include "instructions.h"
#include "metrics.h"
#include "rpc.h"
#include "tool_list.h"

/* How long a client may keep what server/discover says, in milliseconds. */
#define DISCOVER_TTL_MS 3600000

/* Characters of a uri that an error says again. */
#define MOST_OF_URI 2000

/* What the server can do beyond calls, in both eras. */
#define CAPABILITIES \
	"{\"tools\":{\"listChanged\":true}," \
	"\"resources\":{\"subscribe\":true,\"listChanged\":false}," \
	"\"prompts\":{},\"completions\":{}}"

#define SERVER_INFO \
	"{\"name\":\"scimver-mcp\",\"title\":\"scimver\",\"version\":\"" SCIMVER_VERSION "\"}"

/* The members that end every result of the modern era, with a comma before them. */
#define TAIL(type) \
	",\"resultType\":\"" type "\",\"_meta\":{\"" META_PREFIX "serverInfo\":" SERVER_INFO "}"

/* The members that end every complete result in that era. */
static const char *
tail(Era era)
{
	return era == ERA_LEGACY ? "" : TAIL("complete");
}

void
result_empty(Session *session, ScanSpan id)
{
	Buf		   *answer = rpc_begin(id);

	buf_text(answer, "{}");
	rpc_send(session->transport, answer);
}

void
result_initialize(const Call *call, const char *instructions, size_t length)
{
	Buf		   *answer = rpc_begin(call->request.id);

	buf_printf(answer, "{\"protocolVersion\":\"%s\",\"capabilities\":" CAPABILITIES ","
			   "\"serverInfo\":" SERVER_INFO ",\"instructions\":", call->version);
	buf_json_string(answer, instructions, length);
	buf_text(answer, "}");
	rpc_send(call->session->transport, answer);
}

void
result_discover(const Call *call, const char *instructions, size_t length)
{
	Buf		   *answer = rpc_begin(call->request.id);

	buf_text(answer, "{\"supportedVersions\":[\"" MODERN_VERSION "\"],"
			 "\"capabilities\":" CAPABILITIES ",\"instructions\":");
	buf_json_string(answer, instructions, length);
	/* what stands in for them is not to be kept */
	buf_printf(answer, ",\"ttlMs\":%d,\"cacheScope\":\"public\"",
			   instructions_are_kept() ? DISCOVER_TTL_MS : 0);
	buf_text(answer, tail(call->era));
	buf_text(answer, "}");
	rpc_send(call->session->transport, answer);
}

void
result_tools(const Call *call)
{
	size_t		length;
	const char *tools = tool_list_text(&length);
	Buf		   *answer = rpc_begin(call->request.id);

	buf_text(answer, "{\"tools\":");
	buf_put(answer, tools, length);
	if (call->era == ERA_MODERN)
		buf_printf(answer, ",\"ttlMs\":%d,\"cacheScope\":\"private\"", TOOL_LIST_TTL_MS);
	buf_text(answer, tail(call->era));
	buf_text(answer, "}");
	rpc_send(call->session->transport, answer);
}

/*
 * JSON of the database's.  The end of a line is a blank there, as strings hold none; in a
 * message it would be its end.
 */
static void
put_json(Buf *answer, const char *json, size_t length)
{
	size_t		start = answer->length;
	char	   *at;
	char	   *end;

	buf_put(answer, json, length);
	at = answer->data + start;
	end = at + length;
	while ((at = memchr(at, '\n', (size_t) (end - at))) != NULL)
		*at++ = ' ';
}

bool
result_object(const Call *call, const char *object, size_t length, int ttl)
{
	size_t		members = length;
	Buf		   *answer;

	if (length + call->request.id.length + 512 > LINE_LIMIT)
		return false;
	/* its last brace is set after what is added */
	while (object[members - 1] != '}')
		members--;
	answer = rpc_begin(call->request.id);
	put_json(answer, object, members - 1);
	if (call->era == ERA_MODERN && ttl >= 0)
		buf_printf(answer, ",\"ttlMs\":%d,\"cacheScope\":\"private\"", ttl);
	buf_text(answer, tail(call->era));
	buf_text(answer, "}");
	rpc_send(call->session->transport, answer);
	return true;
}

/* The error says the uri again, which may fill a message: of such a one, its beginning. */
void
result_no_resource(const Call *call, const char *uri)
{
	Buf			data = {NULL, 0, 0};

	buf_text(&data, "{\"uri\":");
	buf_json_excerpt(&data, uri, strlen(uri), MOST_OF_URI);
	buf_text(&data, "}");
	rpc_error_data(call->session->transport, call->request.id,
				   call->era == ERA_MODERN ? ERROR_NO_RESOURCE : ERROR_NO_RESOURCE_LEGACY, NULL,
				   (ScanSpan) {data.data, data.length});
	buf_free(&data);
}

void
result_finished(Session *session, ScanSpan id)
{
	Buf		   *answer = rpc_begin(id);

	buf_text(answer, "{\"resultType\":\"complete\",\"_meta\":{\"" META_PREFIX "subscriptionId\":");
	buf_span(answer, id);
	buf_text(answer, ",\"" META_PREFIX "serverInfo\":" SERVER_INFO "}}");
	rpc_send(session->transport, answer);
}

/*
 * The envelope goes in twice: as it is, and as text for clients that show their
 * model nothing else.
 */
static void
send_envelope(const Call *call, const char *envelope, size_t length, bool success)
{
	Buf		   *answer = rpc_begin(call->request.id);

	buf_reserve(answer, 3 * length + 512);
	buf_text(answer, "{\"content\":[{\"type\":\"text\",\"text\":");
	buf_json_string(answer, envelope, length);
	buf_text(answer, "}],\"structuredContent\":");
	put_json(answer, envelope, length);
	buf_text(answer, success ? ",\"isError\":false" : ",\"isError\":true");
	buf_text(answer, tail(call->era));
	buf_text(answer, "}");
	rpc_send(call->session->transport, answer);
}

/* Would the answer to this call be a line that no client takes? */
static bool
fits(const Call *call, const char *envelope, size_t length)
{
	size_t		overhead = 512 + call->request.id.length + strlen(tail(call->era));

	if (length > LINE_LIMIT)
		return false;
	/* measured only where it would matter */
	return length * (BUF_MOST_ESCAPED + 1) + overhead <= LINE_LIMIT ||
		buf_json_length(envelope, length) + length + overhead <= LINE_LIMIT;
}

void
result_tool_error(const Call *call, OwnError error, const char *detail)
{
	Buf			envelope = {NULL, 0, 0};

	metrics_error(own_error_kind(error)->code);
	own_error_envelope(&envelope, error, detail, call->request.tool);
	send_envelope(call, envelope.data, envelope.length, false);
	buf_free(&envelope);
}

void
result_envelope(const Call *call, const char *envelope, size_t length, bool success)
{
	if (fits(call, envelope, length))
		send_envelope(call, envelope, length, success);
	else
		result_tool_error(call, request_only_reads(&call->request) || !success ?
						  ERROR_ANSWER_TOO_LARGE : ERROR_COMMITTED_TOO_LARGE, NULL);
}

bool
result_input_required(const Call *call, ScanSpan requests, ScanSpan state)
{
	Buf		   *answer;

	if (requests.length > LINE_LIMIT || state.length > LINE_LIMIT ||
		requests.length + state.length + call->request.id.length + 512 > LINE_LIMIT)
		return false;
	answer = rpc_begin(call->request.id);
	buf_text(answer, "{\"inputRequests\":");
	put_json(answer, requests.start, requests.length);
	buf_text(answer, ",\"requestState\":");
	buf_span(answer, state);
	buf_text(answer, TAIL("input_required"));
	buf_text(answer, "}");
	rpc_send(call->session->transport, answer);
	return true;
}
