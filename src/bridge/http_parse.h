/*
 * http_parse.h
 *		The head of a request in HTTP/1.1, and what it says of its body (RFC 9112).
 *
 * Strict: what two readers could take for two different things is refused, and
 * after that nothing of the connection is to be believed.  Plain memory and return
 * codes, no allocation and no recursion, so that it can be fuzzed alone
 * (test/fuzz/http_head_fuzz.c).
 */
#ifndef BRIDGE_HTTP_PARSE_H
#define BRIDGE_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"

/* What a head may hold. */
#define HTTP_MOST_TARGET 16384	/* bytes of the target (else 414) */
#define HTTP_MOST_HEAD 16384	/* bytes of all fields together (else 431) */
#define HTTP_MOST_FIELDS 64		/* fields (else 431) */

/* The methods that there are; any other one is 501. */
typedef enum HttpMethod
{
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_METHODS				/* how many there are */
} HttpMethod;

/* One field: its name as it was sent, its value without blanks around it. */
typedef struct HttpField
{
	ScanSpan	name;
	ScanSpan	value;
} HttpField;

/* A head; its spans point into the bytes that were parsed. */
typedef struct HttpHead
{
	HttpMethod	method;
	ScanSpan	path;			/* from its "/" on, as it was sent ("*" of OPTIONS) */
	ScanSpan	query;			/* behind "?"; absent: there is none */
	ScanSpan	host;			/* of Host; absent: HTTP/1.0 without one */
	bool		old;			/* HTTP/1.0 */
	bool		keeps_alive;	/* the connection may be used again */
	bool		chunked;		/* the body comes in chunks */
	bool		expects_continue;	/* the client waits for 100 before it sends the body */
	uint64_t	body_length;	/* bytes of a body that does not come in chunks */
	size_t		length;			/* bytes of the head, with its empty line */
	unsigned int count;			/* how many fields there are */
	HttpField	fields[HTTP_MOST_FIELDS];
} HttpHead;

/* What came of parsing, where it is not a status to refuse with (400, 414, ...). */
#define HTTP_MORE 0				/* it is not whole yet */
#define HTTP_WHOLE 200			/* it is */

/*
 * The head at the beginning of these bytes.  Of one that is not whole yet, *looked says how far
 * it was looked at: to be 0 at first, and given again with more bytes and the same head.
 */
extern int	http_parse_head(const char *bytes, size_t length, size_t *looked, HttpHead *head);

/* The value of the field of that name (lower case), if there is exactly one; else absent. */
extern ScanSpan http_field(const HttpHead *head, const char *name);

/* How many fields have that name (lower case). */
extern unsigned int http_field_count(const HttpHead *head, const char *name);

/* Is that, in any case of letters, the field's name (lower case)? */
extern bool http_is_field(const HttpField *field, const char *name);

/* The name of a method, as it is sent. */
extern const char *http_method_name(HttpMethod method);

#endif							/* BRIDGE_HTTP_PARSE_H */
