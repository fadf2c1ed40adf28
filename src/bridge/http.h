/*
 * http.h
 *		Requests in HTTP, and who answers them.
 *
 * A connection hands on one request at a time (http_serve.c): when its head is there,
 * its route (http_routes.h) may refuse it; when its body is, the route handles it, and
 * answers it once with http_answer, at once or later.
 */
#ifndef BRIDGE_HTTP_H
#define BRIDGE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "http_body.h"
#include "http_connection.h"
#include "http_write.h"

typedef struct HttpExchange HttpExchange;

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
	bool		scim;			/* what it refuses has the form of SCIM's errors */
} HttpRoute;

/* One request, until it is answered. */
struct HttpExchange
{
	HttpConnection *connection; /* by which it came */
	const HttpRoute *route;		/* who answers; NULL: it is not known (yet) */
	HttpHead	head;			/* spans are good until the answer */
	ScanSpan	rest;			/* of the path, behind the route's: "/Users/1", or "" */
	HttpBody	progress;		/* how far the body is */
	Buf			body;			/* of the request */
	uint64_t	began;			/* when its head was there, in microseconds (clock.h) */
	bool		gone;			/* its client has */
	char		peer[HTTP_ADDRESS_SIZE];	/* http_peer has it here, once it was asked */
	const char *subject;		/* the token's id, for the log; NULL: none; the route's to set */
	void	   *work;			/* the route's own; it frees it before it answers */
};

/* A request that begins to come by this connection. */
extern HttpExchange *http_begin(HttpConnection *connection);

/* More of its body; false: the bodies that are here are too many for one more large one. */
extern bool http_take_body(HttpExchange *exchange, ScanSpan piece);

/* Answer it; the exchange ends with this. */
extern void http_answer(HttpExchange *exchange, const HttpAnswer *answer);

/* Answer it with an error of this status; detail NULL: what http_status.c says of that. */
extern void http_refuse(HttpExchange *exchange, int status, const char *detail, bool close);

/* Drop it: its connection ends before there was anybody to answer it. */
extern void http_forget(HttpExchange *exchange);

/* From where it came, as text; of a trusted proxy, what that says. "": a Unix socket. */
extern const char *http_peer(HttpExchange *exchange);

/* By which scheme ("http", "https") and Host its client came, as far as a trusted proxy says. */
extern const char *http_scheme(const HttpExchange *exchange);
extern ScanSpan http_host(const HttpExchange *exchange);

/* The process is to end: connections are closed behind their next answer. */
extern void http_begin_to_finish(void);

/* Is it ending? */
extern bool http_is_finishing(void);

#endif							/* BRIDGE_HTTP_H */
