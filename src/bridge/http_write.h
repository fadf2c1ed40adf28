/*
 * http_write.h
 *		Answers in HTTP/1.1, as bytes.
 */
#ifndef BRIDGE_HTTP_WRITE_H
#define BRIDGE_HTTP_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

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

/* What becomes of the connection behind an answer. */
typedef enum HttpConnectionWord
{
	HTTP_KEPT,					/* it is kept, which goes without saying */
	HTTP_KEPT_ALIVE,			/* it is kept, and a client of HTTP/1.0 is told */
	HTTP_CLOSED					/* it is closed */
} HttpConnectionWord;

/* Has an answer of this status a body? */
static inline bool
http_has_body(int status)
{
	return status != 204 && status != 304;
}

/* Everything before the body, with the empty line; measured: its length is known. */
extern void http_write_head(Buf *out, const HttpAnswer *answer, bool measured,
							HttpConnectionWord word);

#endif							/* BRIDGE_HTTP_WRITE_H */
