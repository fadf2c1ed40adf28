/*
 * http.c
 *		Requests in HTTP, and who answers them.
 *
 * Entry points: http_*.
 */
#include "http.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "gzip.h"
#include "http_proxy.h"
#include "http_status.h"
#include "observe.h"

/* Bytes of compressed answers that are kept for the next one. */
#define PACKED_AT_REST 65536

/* So many bodies as large as may be, together; small ones are always taken. */
#define MOST_BODIES 64
#define SMALL_BODY 65536

static bool finishing;
static size_t body_bytes;		/* of all bodies that are here */
static Buf	packed;				/* the one that is being sent */

void
http_begin_to_finish(void)
{
	finishing = true;
}

bool
http_is_finishing(void)
{
	return finishing;
}

HttpExchange *
http_begin(HttpConnection *connection)
{
	HttpExchange *exchange = must_alloc(sizeof(*exchange));

	/* the fields themselves are as many as the head's count says */
	memset(&exchange->head, 0, offsetof(HttpHead, fields));
	exchange->connection = connection;
	exchange->route = NULL;
	exchange->rest = (ScanSpan) {NULL, 0};
	exchange->body = (Buf) {NULL, 0, 0};
	exchange->began = 0;
	exchange->gone = false;
	exchange->peer[0] = '\0';
	exchange->subject = NULL;
	exchange->work = NULL;
	return exchange;
}

bool
http_take_body(HttpExchange *exchange, ScanSpan piece)
{
	if (exchange->body.length + piece.length > SMALL_BODY &&
		body_bytes + piece.length > (size_t) options.max_body * MOST_BODIES)
		return false;
	buf_span(&exchange->body, piece);
	body_bytes += piece.length;
	return true;
}

void
http_forget(HttpExchange *exchange)
{
	body_bytes -= exchange->body.length;
	buf_free(&exchange->body);
	free(exchange);
}

/* The same answer compressed, where that is of use, and its client takes it. */
static const HttpAnswer *
compressed(const HttpExchange *exchange, const HttpAnswer *answer)
{
	static HttpAnswer made;
	HttpHeader *header = made.headers;

	if (!answer->compress || answer->length <= GZIP_LEAST || !gzip_is_taken(&exchange->head) ||
		!gzip_pack(&packed, answer->body, answer->length))
		return answer;
	made = *answer;
	made.body = packed.data;
	made.length = packed.length;
	while (header->name != NULL)
		header++;
	*header = (HttpHeader) {"Content-Encoding", "gzip"};
	return &made;
}

/* It is told of, whoever was there to read it. */
static void
note_answer(const HttpExchange *exchange, int status)
{
	const Observed observed = {
		.transport = "http",
		.method = exchange->began > 0 ? http_method_name(exchange->head.method) : NULL,
		.route = exchange->route != NULL ? exchange->route->name : NULL,
		.status = exchange->gone ? STATUS_GONE : status,
		.began = exchange->began, .subject = exchange->subject
	};

	observe(&observed);
}

/* Write it to its client. */
static void
send_answer(const HttpExchange *exchange, const HttpAnswer *answer, bool closes)
{
	static Buf	head;
	bool		asked = exchange->head.method != HTTP_HEAD;
	bool		has_body = asked && http_has_body(answer->status);
	HttpConnectionWord word = closes ? HTTP_CLOSED :
		exchange->head.old ? HTTP_KEPT_ALIVE : HTTP_KEPT;

	answer = compressed(exchange, answer);
	head.length = 0;
	/* of what is not sent, nobody may have counted the bytes */
	http_write_head(&head, answer, asked || answer->body != NULL, word);
	http_connection_send(exchange->connection, &head, answer->body, has_body ? answer->length : 0);
	packed.length = 0;
	buf_shrink(&packed, PACKED_AT_REST);
}

void
http_answer(HttpExchange *exchange, const HttpAnswer *answer)
{
	HttpConnection *connection = exchange->connection;
	bool		closes = answer->close || finishing || !exchange->head.keeps_alive;

	if (!exchange->gone)
		send_answer(exchange, answer, closes);
	note_answer(exchange, answer->status);
	http_forget(exchange);
	http_connection_answered(connection, closes);
}

/* An error in the form that clients of its route know. */
static void
write_error(Buf *out, const HttpRoute *route, int status, const char *detail)
{
	if (route != NULL && route->scim)
		buf_printf(out, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
				   "\"status\":\"%d\",\"detail\":", status);
	else
		buf_printf(out, "{\"status\":%d,\"detail\":", status);
	buf_json_string(out, detail, strlen(detail));
	buf_put(out, "}", 1);
}

void
http_refuse(HttpExchange *exchange, int status, const char *detail, bool close)
{
	const HttpRoute *route = exchange->route;
	bool		later = status == 429 || status == 503;
	Buf			body = {NULL, 0, 0};
	HttpAnswer	answer = {
		.status = status, .close = close,
		.content_type = route != NULL && route->scim ? "application/scim+json" :
		"application/json",
		.headers = {{"Retry-After", later ? "1" : NULL}}
	};

	write_error(&body, route, status, detail != NULL ? detail : http_status_detail(status));
	answer.body = body.data;
	answer.length = body.length;
	http_answer(exchange, &answer);
	buf_free(&body);
}

/* ---- what a proxy may say ---- */

/* Does it come from a proxy that is believed? */
static bool
is_forwarded(const HttpExchange *exchange)
{
	return http_proxy_is_trusted(&exchange->connection->peer);
}

const char *
http_peer(HttpExchange *exchange)
{
	HttpAddress address = exchange->connection->peer;

	if (exchange->peer[0] != '\0')
		return exchange->peer;
	if (is_forwarded(exchange))
		http_proxy_client(&exchange->head, &address);
	http_address_print(&address, exchange->peer);
	return exchange->peer;
}

const char *
http_scheme(const HttpExchange *exchange)
{
	const char *said = is_forwarded(exchange) ? http_proxy_scheme(&exchange->head) : NULL;

	if (said != NULL)
		return said;
	return exchange->connection->listener->tls ? "https" : "http";
}

ScanSpan
http_host(const HttpExchange *exchange)
{
	ScanSpan	said = {NULL, 0};

	if (is_forwarded(exchange))
		said = http_proxy_host(&exchange->head);
	return said.start != NULL ? said : exchange->head.host;
}
