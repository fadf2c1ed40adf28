/*
 * http_text.c
 *		Routes that only tell something, as text.
 *
 * Entry points: http_text_admit, http_text_gone, http_text_answer.
 */
#include "http_text.h"

#include <string.h>

bool
http_text_admit(HttpExchange *exchange, HttpAnswer *refusal)
{
	static const char body[] =
	"{\"status\":405,\"detail\":\"Only GET and HEAD are taken here.\"}";
	static const HttpAnswer refused = {
		.status = 405, .content_type = "application/json", .body = body,
		.length = sizeof(body) - 1, .headers = {{"Allow", "GET, HEAD"}}
	};

	if (exchange->head.method == HTTP_GET || exchange->head.method == HTTP_HEAD)
		return true;
	*refusal = refused;
	return false;
}

void
http_text_gone(HttpExchange *exchange)
{
	(void) exchange;
}

void
http_text_answer(HttpExchange *exchange, int status, const char *content_type, const char *text,
				 size_t length)
{
	const HttpAnswer answer = {
		.status = status, .content_type = content_type, .body = text, .length = length
	};

	http_answer(exchange, &answer);
}
