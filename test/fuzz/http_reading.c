/*
 * http_reading.c
 *		A connection as the parser of HTTP reads it.
 *
 * What it promises on the way is looked at here: each byte is looked at after it has
 * come, and no further than to the last one; whoever was refused is refused again, with
 * a status that there is; a body has no more bytes than it may.
 */
#include "http_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* gcc says so itself, clang by a feature */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void) (at), (void) (size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void) (at), (void) (size))
#endif

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

/* A connection that is read. */
typedef struct Connection
{
	const char *bytes;			/* all that will come */
	size_t		length;			/* how many */
	size_t		at;				/* where the request, or what is left of it, begins */
	size_t		come;			/* bytes that have come */
	uint64_t	most;			/* bytes of a body */
	size_t		looked;			/* by http_parse_head */
	HttpBody	body;			/* of the request whose head is whole */
	HttpReading *reading;
} Connection;

static bool
is_refusal(int status)
{
	static const int refusals[] = {400, 413, 414, 417, 431, 501, 505};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
	{
		if (status == refusals[i])
			return true;
	}
	return false;
}

/* The request that is being read. */
static HttpRead *
current(Connection *c)
{
	return &c->reading->reads[c->reading->count - 1];
}

/* Nothing more is read of it, nor of what is behind it. */
static void
refuse(Connection *c, int status)
{
	MUST(is_refusal(status));
	current(c)->status = status;
	current(c)->end = c->at;
	c->reading->closed = true;
}

/* A head, or what has come of it. */
static void
read_head(Connection *c)
{
	HttpRead   *read = current(c);
	size_t		length = c->come - c->at;
	size_t		before = c->looked;
	int			status = http_parse_head(c->bytes + c->at, length, &c->looked, &read->head);

	MUST(c->looked >= before && c->looked <= length);
	if (status == HTTP_MORE)
	{
		/* but for a CR, which LF must follow */
		MUST(c->looked == length ||
			 (c->looked + 1 == length && c->bytes[c->at + c->looked] == '\r'));
		return;
	}
	/* the same is said again */
	MUST(http_parse_head(c->bytes + c->at, length, &c->looked, &read->head) == status);
	if (status != HTTP_WHOLE)
	{
		refuse(c, status);
		return;
	}
	MUST(read->head.length > 0 && read->head.length <= length);
	read->has_head = true;
	c->at += read->head.length;
	c->looked = 0;
	status = http_body_begin(&c->body, &read->head, c->most);
	if (status != HTTP_MORE)
		refuse(c, status);
}

/* Keep it: a body is no longer than all that comes. */
static void
keep(Connection *c, ScanSpan piece)
{
	HttpRead   *read = current(c);

	if (read->body == NULL)
		read->body = malloc(c->length);
	MUST(read->body != NULL);
	memcpy(read->body + read->length, piece.start, piece.length);
	read->length += piece.length;
}

/* A piece of a body. */
static void
read_body(Connection *c)
{
	HttpRead   *read = current(c);
	const char *bytes = c->bytes + c->at;
	size_t		length = c->come - c->at;
	size_t		used;
	ScanSpan	piece;
	int			status = http_parse_body(&c->body, bytes, length, &used, &piece);

	MUST(used <= length && (used > 0 || length == 0 || status != HTTP_MORE));
	c->at += used;
	if (piece.start != NULL)
	{
		MUST(piece.length > 0);
		MUST(piece.start >= bytes && piece.start + piece.length <= bytes + used);
		keep(c, piece);
	}
	MUST(c->body.taken == read->length && read->length <= c->most);
	if (status == HTTP_MORE)
		return;
	MUST(http_parse_body(&c->body, bytes + used, length - used, &used, &piece) == status);
	MUST(used == 0 && piece.start == NULL);
	if (status != HTTP_WHOLE)
	{
		refuse(c, status);
		return;
	}
	read->status = HTTP_WHOLE;
	read->end = c->at;
	c->reading->closed = !read->head.keeps_alive;
}

/* As far as it goes with what has come. */
static void
go_on(Connection *c)
{
	while (!c->reading->closed)
	{
		bool		begins = c->reading->count == 0 || current(c)->status == HTTP_WHOLE;
		size_t		at = c->at;
		int			status;

		if (begins && (c->at == c->come || c->reading->count == HTTP_READ_MOST))
			return;
		if (begins)
		{
			/* what stands in a head before, means nothing */
			memset(&c->reading->reads[c->reading->count].head, 0xA5, sizeof(HttpHead));
			c->reading->count++;
		}
		status = current(c)->status;
		if (!current(c)->has_head)
			read_head(c);
		else
			read_body(c);
		if (c->at == at && current(c)->status == status)
			return;
	}
}

void
http_read(const char *bytes, size_t length, size_t piece, uint64_t most,
		  HttpReading *reading)
{
	Connection	c = {.bytes = bytes, .length = length, .most = most, .reading = reading};

	memset(reading, 0, sizeof(*reading));
	ASAN_POISON_MEMORY_REGION(bytes, length);
	while (c.come < length)
	{
		size_t		size = piece < length - c.come ? piece : length - c.come;

		ASAN_UNPOISON_MEMORY_REGION(bytes + c.come, size);
		c.come += size;
		go_on(&c);
	}
	if (!reading->closed && reading->count > 0)
		current(&c)->end = c.at;
}

void
http_read_free(HttpReading *reading)
{
	for (unsigned int i = 0; i < reading->count; i++)
		free(reading->reads[i].body);
}

/* ---- is it the same? ---- */

static bool
same_span(ScanSpan one, ScanSpan other)
{
	return (one.start == NULL) == (other.start == NULL) && one.length == other.length &&
		(one.length == 0 || memcmp(one.start, other.start, one.length) == 0);
}

static bool
same_head(const HttpHead *one, const HttpHead *other)
{
	for (unsigned int i = 0; i < one->count && i < other->count; i++)
	{
		if (!same_span(one->fields[i].name, other->fields[i].name) ||
			!same_span(one->fields[i].value, other->fields[i].value))
			return false;
	}
	return one->count == other->count && one->method == other->method &&
		same_span(one->path, other->path) && same_span(one->query, other->query) &&
		same_span(one->host, other->host) && one->old == other->old &&
		one->keeps_alive == other->keeps_alive && one->chunked == other->chunked &&
		one->expects_continue == other->expects_continue && one->body_length == other->body_length;
}

bool
http_read_same(const HttpReading *one, const HttpReading *other)
{
	for (unsigned int i = 0; i < one->count && i < other->count; i++)
	{
		const HttpRead *read = &one->reads[i];
		const HttpRead *again = &other->reads[i];

		if (read->status != again->status || read->has_head != again->has_head ||
			read->end != again->end || read->length != again->length ||
			(read->length > 0 && memcmp(read->body, again->body, read->length) != 0) ||
			(read->has_head && !same_head(&read->head, &again->head)))
			return false;
	}
	return one->count == other->count && one->closed == other->closed;
}
