/*
 * scim_answer.c
 *		Answers of SCIM over HTTP: out of the database's row, or an error of ours.
 *
 * Entry points: scim_is_search, scim_answer_row, scim_answer_error, scim_answer_wait.
 */
#include "scim_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "metrics.h"
#include "queries_http.h"

/* Seconds until a client may try again, where nobody says more. */
#define RETRY_AFTER "1"

/* Where that stands among the headers of an error. */
#define RETRY_AFTER_PLACE 0

#define MEDIA_TYPE "application/scim+json"
#define SEARCH "/.search"

bool
scim_is_search(const HttpExchange *exchange)
{
	size_t		length = strlen(SEARCH);
	ScanSpan	rest = exchange->rest;

	return exchange->head.method == HTTP_POST && rest.length >= length &&
		memcmp(rest.start + rest.length - length, SEARCH, length) == 0;
}

/* What goes with a status: when to try again, and how to bring a token. */
static void
add_for_status(HttpHeader *header, int status, const char *retry_after, bool token_sent)
{
	if (retry_after == NULL && (status == 429 || status == 503))
		retry_after = RETRY_AFTER;
	*header++ = (HttpHeader) {"Retry-After", retry_after};
	*header = (HttpHeader) {"WWW-Authenticate", auth_challenge(status, token_sent)};
}

bool
scim_answer_row(HttpAnswer *answer, const HttpExchange *exchange, const PGresult *row,
				bool token_sent)
{
	int			body = PQfnumber(row, "answer");
	HttpHeader *header = answer->headers;
	int			status;

	if (PQntuples(row) != 1 || body < 0 || PQgetisnull(row, 0, HTTP_COLUMN_STATUS))
		return false;
	status = atoi(PQgetvalue(row, 0, HTTP_COLUMN_STATUS));
	memset(answer, 0, sizeof(*answer));
	answer->status = status;
	answer->content_type = http_column(row, HTTP_COLUMN_CONTENT_TYPE);
	answer->body = http_column(row, body);
	answer->length = (size_t) PQgetlength(row, 0, body);
	answer->compress = status == 200 &&
		(exchange->head.method == HTTP_GET || scim_is_search(exchange));
	*header++ = (HttpHeader) {"ETag", http_column(row, HTTP_COLUMN_ETAG)};
	*header++ = (HttpHeader) {"Location", http_column(row, HTTP_COLUMN_LOCATION)};
	*header++ = (HttpHeader) {"Allow", http_column(row, HTTP_COLUMN_ALLOW)};
	*header++ = (HttpHeader) {"Preference-Applied", http_column(row, HTTP_COLUMN_PREFERENCE)};
	add_for_status(header, status, http_column(row, HTTP_COLUMN_RETRY_AFTER), token_sent);
	return true;
}

void
scim_answer_error(HttpAnswer *answer, OwnError error, const char *detail, bool token_sent)
{
	static Buf	body;

	metrics_error(own_error_kind(error)->code);
	body.length = 0;
	own_error_scim(&body, error, detail);
	memset(answer, 0, sizeof(*answer));
	answer->status = own_error_kind(error)->status;
	answer->content_type = MEDIA_TYPE;
	answer->body = body.data;
	answer->length = body.length;
	add_for_status(answer->headers, answer->status, NULL, token_sent);
}

void
scim_answer_wait(HttpAnswer *answer, OwnError error, int seconds)
{
	static char text[16];

	(void) snprintf(text, sizeof(text), "%d", seconds);
	scim_answer_error(answer, error, NULL, false);
	answer->headers[RETRY_AFTER_PLACE].value = text;
}
