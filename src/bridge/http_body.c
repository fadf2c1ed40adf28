/*
 * http_body.c
 *		The body of a request, as it comes: so many bytes, or in chunks (RFC 9112, section 7).
 *
 * Extensions of chunks and fields behind the last one are read as strictly as a head,
 * and mean nothing.
 *
 * Entry points: http_body_begin, http_parse_body.
 */
#include "http_body.h"

#include "http_bytes.h"

/* Digits of a chunk's size: as many as 64 bits have. */
#define MOST_DIGITS 16

/* What comes next. */
enum
{
	BODY_PLAIN,					/* bytes of the body, to its end */
	BODY_SIZE,					/* a digit of a chunk's size, or what follows them */
	BODY_EXTENSION,				/* an extension */
	BODY_SIZE_END,				/* LF of a chunk's size */
	BODY_CHUNK,					/* bytes of a chunk */
	BODY_CHUNK_CR,				/* CR behind them */
	BODY_CHUNK_END,				/* LF behind them */
	BODY_TRAILER,				/* a field's name, or CR of the last line */
	BODY_NAME,					/* more of that name */
	BODY_VALUE,					/* its value */
	BODY_VALUE_END,				/* LF behind it */
	BODY_LAST,					/* LF of the last line */
	BODY_WHOLE,					/* nothing */
	BODY_REFUSED				/* nothing: body->left is the status */
};

int
http_body_begin(HttpBody *body, const HttpHead *head, uint64_t most)
{
	*body = (HttpBody) {.state = head->chunked ? BODY_SIZE : BODY_PLAIN, .most = most};
	if (head->chunked)
		return HTTP_MORE;
	if (head->body_length > most)
	{
		body->state = BODY_REFUSED;
		body->left = 413;
		return 413;
	}
	body->left = head->body_length;
	if (body->left == 0)
		body->state = BODY_WHOLE;
	return HTTP_MORE;
}

/* This state is next. */
static int
next(HttpBody *body, int state)
{
	body->state = state;
	return HTTP_MORE;
}

/* Next is that one if the byte is the one that must be here. */
static int
must_be(HttpBody *body, char byte, char wanted, int state)
{
	return byte == wanted ? next(body, state) : 400;
}

static unsigned int
hex_value(char digit)
{
	return digit <= '9' ? (unsigned int) (digit - '0') : (unsigned int) ((digit | 0x20) - 'a' + 10);
}

/* A byte of a chunk's size. */
static int
take_size(HttpBody *body, char byte)
{
	if (http_byte_is(byte, HTTP_HEX) && body->digits < MOST_DIGITS)
	{
		body->left = body->left << 4 | hex_value(byte);
		body->digits++;
		return HTTP_MORE;
	}
	if ((byte != ';' && byte != '\r') || body->digits == 0)
		return 400;
	if (body->left > body->most - body->taken)
		return 413;
	return next(body, byte == ';' ? BODY_EXTENSION : BODY_SIZE_END);
}

/* A byte of text that means nothing; there may be so much of it. */
static int
pass_over(HttpBody *body, char byte, unsigned int place)
{
	if (!http_byte_is(byte, place))
		return 400;
	return ++body->passed > HTTP_MOST_HEAD ? 431 : HTTP_MORE;
}

/* A byte that is not of the body itself. */
static int
take_byte(HttpBody *body, char byte)
{
	switch (body->state)
	{
		case BODY_SIZE:
			return take_size(body, byte);
		case BODY_EXTENSION:
			return byte == '\r' ? next(body, BODY_SIZE_END) : pass_over(body, byte, HTTP_TEXT);
		case BODY_SIZE_END:
			return must_be(body, byte, '\n', body->left > 0 ? BODY_CHUNK : BODY_TRAILER);
		case BODY_CHUNK_CR:
			return must_be(body, byte, '\r', BODY_CHUNK_END);
		case BODY_CHUNK_END:
			body->digits = 0;
			return must_be(body, byte, '\n', BODY_SIZE);
		case BODY_TRAILER:
			if (byte == '\r')
				return next(body, BODY_LAST);
			body->state = BODY_NAME;
			return pass_over(body, byte, HTTP_TOKEN);
		case BODY_NAME:
			return byte == ':' ? next(body, BODY_VALUE) : pass_over(body, byte, HTTP_TOKEN);
		case BODY_VALUE:
			return byte == '\r' ? next(body, BODY_VALUE_END) : pass_over(body, byte, HTTP_TEXT);
		case BODY_VALUE_END:
			return must_be(body, byte, '\n', BODY_TRAILER);
		case BODY_LAST:
			return must_be(body, byte, '\n', BODY_WHOLE);
		default:
			return 400;
	}
}

/* Bytes of the body: no more than are to come of it, or of the chunk. */
static void
take_piece(HttpBody *body, const char *bytes, size_t length, size_t *used, ScanSpan *piece)
{
	size_t		size = length < body->left ? length : (size_t) body->left;

	*piece = (ScanSpan) {bytes, size};
	*used += size;
	body->taken += size;
	body->left -= size;
	if (body->left == 0)
		body->state = body->state == BODY_PLAIN ? BODY_WHOLE : BODY_CHUNK_CR;
}

int
http_parse_body(HttpBody *body, const char *bytes, size_t length, size_t *used, ScanSpan *piece)
{
	*used = 0;
	*piece = (ScanSpan) {NULL, 0};
	while (*used < length && piece->start == NULL && body->state < BODY_WHOLE)
	{
		int			status;

		if (body->state == BODY_PLAIN || body->state == BODY_CHUNK)
		{
			take_piece(body, bytes + *used, length - *used, used, piece);
			continue;
		}
		status = take_byte(body, bytes[*used]);
		if (status != HTTP_MORE)
		{
			body->state = BODY_REFUSED;
			body->left = (uint64_t) status;
			break;
		}
		++*used;
	}
	if (body->state == BODY_REFUSED)
		return (int) body->left;
	return body->state == BODY_WHOLE ? HTTP_WHOLE : HTTP_MORE;
}
