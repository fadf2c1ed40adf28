/*
 * http_reading.h
 *		A connection as the parser of HTTP (src/bridge/http_parse.h, http_body.h) reads it, for the
 *		fuzzer and the unit test, and what the parser promises whatever it reads.
 */
#ifndef FUZZ_HTTP_READING_H
#define FUZZ_HTTP_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "http_body.h"

/* How many requests of a connection are read. */
#define HTTP_READ_MOST 8

/* A request, as far as it came. */
typedef struct HttpRead
{
	int			status;			/* HTTP_WHOLE, HTTP_MORE, or that of the refusal */
	bool		has_head;		/* its head is whole */
	HttpHead	head;			/* then */
	char	   *body;			/* the bytes of its body, so far */
	size_t		length;			/* how many */
	size_t		end;			/* where in the connection it ends */
} HttpRead;

/* All of them. */
typedef struct HttpReading
{
	unsigned int count;			/* how many there are */
	HttpRead	reads[HTTP_READ_MOST];
	bool		closed;			/* nothing is read any more */
} HttpReading;

/*
 * Read these bytes, as if they came in pieces of that length, where a body may have so
 * many.  Ends the process where a promise is broken, in words.  With AddressSanitizer,
 * bytes that did not come yet cannot be looked at.
 */
extern void http_read(const char *bytes, size_t length, size_t piece, uint64_t most,
					  HttpReading *reading);

/* Is the same read in both?  (Of the same bytes.) */
extern bool http_read_same(const HttpReading *one, const HttpReading *other);

extern void http_read_free(HttpReading *reading);

/* What the heads and bodies of a reading promise: ends the process where one is broken. */
extern void http_read_check(const HttpReading *reading, const char *bytes, size_t length);

#endif							/* FUZZ_HTTP_READING_H */
