/*
 * http_text.h
 *		Routes that only tell something, as text.
 */
#ifndef BRIDGE_HTTP_TEXT_H
#define BRIDGE_HTTP_TEXT_H

#include "http.h"

/* Refuses all methods but GET and HEAD (HttpRoute.admit). */
extern bool http_text_admit(HttpExchange *exchange, HttpAnswer *refusal);

/* Their client has gone: they are answered all the same (HttpRoute.gone). */
extern void http_text_gone(HttpExchange *exchange);

/* Tell this. */
extern void http_text_answer(HttpExchange *exchange, int status, const char *content_type,
							 const char *text, size_t length);

#endif							/* BRIDGE_HTTP_TEXT_H */
