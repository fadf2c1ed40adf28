/*
 * http_body.h
 *		The body of a request in HTTP/1.1, as it comes (RFC 9112).
 *
 * As strict as the head (http_parse.h), and as simple: plain memory, return codes.
 */
#ifndef BRIDGE_HTTP_BODY_H
#define BRIDGE_HTTP_BODY_H

#include "http_parse.h"

/* How far the body of a request is. */
typedef struct HttpBody
{
	int			state;			/* http_body.c's */
	uint64_t	left;			/* bytes to come of the body, or of the chunk */
	uint64_t	taken;			/* bytes of the body so far */
	uint64_t	most;			/* bytes that it may have (else 413) */
	unsigned int digits;		/* of the chunk's size so far */
	size_t		passed;			/* bytes of extensions and trailers so far (else 431) */
} HttpBody;

/* Begin with the body of this request; HTTP_MORE, or 413 where it says that it is too long. */
extern int	http_body_begin(HttpBody *body, const HttpHead *head, uint64_t most);

/*
 * Go on: takes *used of the bytes, of which *piece belongs to the body (or is absent).
 * HTTP_MORE: call it again with what is left, or with more; HTTP_WHOLE: the body has ended.
 */
extern int	http_parse_body(HttpBody *body, const char *bytes, size_t length, size_t *used,
							ScanSpan *piece);

#endif							/* BRIDGE_HTTP_BODY_H */
