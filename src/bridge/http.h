/*
 * http.h
 *		Requests in HTTP, and who answers them.
 *
 * A connection hands on one request at a time: when its head is there, its route
 * (http_routes.h) may refuse it; when its body is, the route handles it, and answers
 * it once with http_answer, at once or later.
 */
#ifndef BRIDGE_HTTP_H
#define BRIDGE_HTTP_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "http_parse.h"

typedef struct HttpExchange HttpExchange;

/* A field of an answer. */
typedef struct HttpHeader
{
	const char *name;
	const char *value;			/* NULL: it is left out */
} HttpHeader;

#define HTTP_MOST_HEADERS 12

/* An answer: copied, or written, before http_answer returns. */
typedef struct HttpAnswer
{
	int			status;
	const char *content_type;	/* of the body; NULL: there is none */
	const char *body;			/* its bytes */
	size_t		length;			/* how many */
	bool		compress;		/* gzip may be used, if the client takes it */
	bool		close;			/* the connection is closed behind it */
	HttpHeader	headers[HTTP_MOST_HEADERS]; /* others; those without a name are not there */
} HttpAnswer;

/* Who answers requests whose path begins so. */
typedef struct HttpRoute
{
	const char *name;			/* what metrics and the log call it */
	const char *path;			/* "/healthz" */
	bool		below;			/* and all paths below it */
	/* the head is there: false, with *refusal filled in, refuses before the body is read */
	bool		(*admit) (HttpExchange *exchange, HttpAnswer *refusal);
	void		(*handle) (HttpExchange *exchange); /* all of it is there */
	/* the client has gone before the answer: it is still to be answered, to nobody */
	void		(*gone) (HttpExchange *exchange);
} HttpRoute;

/* One request, until it is answered. */
struct HttpExchange
{
	struct HttpConnection *connection;	/* http_connection.c's */
	const HttpRoute *route;		/* who answers */
	HttpHead	head;			/* spans are good until the answer */
	ScanSpan	rest;			/* of the path, behind the route's: "/Users/1", or "" */
	Buf			body;			/* of the request */
	uint64_t	began;			/* when its head was there, in microseconds (clock.h) */
	bool		gone;			/* its client has */
	const char *subject;		/* the token's id, for the log; NULL: none; the route's to set */
	void	   *work;			/* the route's own; it frees it before it answers */
};

/* Answer it; the exchange ends with this. */
extern void http_answer(HttpExchange *exchange, const HttpAnswer *answer);

/* From where it came, as text; of a trusted proxy, what that says. "": a Unix socket. */
extern const char *http_peer(const HttpExchange *exchange);

/* By which scheme ("http", "https") and Host its client came, as far as a trusted proxy says. */
extern const char *http_scheme(const HttpExchange *exchange);
extern ScanSpan http_host(const HttpExchange *exchange);

/* Listen as the command line says; ends the process where that cannot be. */
extern void http_open(struct event_base *base);

/* The process is to end: nothing new is taken, what runs is answered within so many seconds. */
extern void http_finish(int seconds, void (*none_left) (void));

/* Is it ending? */
extern bool http_is_finishing(void);

#endif							/* BRIDGE_HTTP_H */
