/*
 * buf.c
 *		A growing stretch of memory, and writing JSON text into it.
 *
 * Entry points: must_alloc, must_strdup, buf_*.
 */
#include "buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "plain.h"

/* So much of a text gets room at once for the case that all of it is escaped. */
#define PIECE ((size_t) 4096)

void *
must_alloc(size_t size)
{
	void	   *memory = malloc(size > 0 ? size : 1);

	if (memory == NULL)
		log_fatal("out of memory");
	return memory;
}

char *
must_strdup(const char *text)
{
	size_t		size = strlen(text) + 1;

	return memcpy(must_alloc(size), text, size);
}

void
buf_reserve(Buf *buf, size_t more)
{
	size_t		capacity = buf->capacity > 0 ? buf->capacity : 512;
	char	   *data;

	if (more > SIZE_MAX / 4 - buf->length)
		log_fatal("out of memory");
	if (buf->length + more <= buf->capacity)
		return;
	while (capacity < buf->length + more)
		capacity *= 2;
	data = realloc(buf->data, capacity);
	if (data == NULL)
		log_fatal("out of memory");
	buf->data = data;
	buf->capacity = capacity;
}

void
buf_put(Buf *buf, const void *bytes, size_t length)
{
	if (length == 0)
		return;
	buf_reserve(buf, length);
	memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
}

void
buf_text(Buf *buf, const char *text)
{
	buf_put(buf, text, strlen(text));
}

void
buf_span(Buf *buf, ScanSpan span)
{
	buf_put(buf, span.start, span.length);
}

void
buf_printf(Buf *buf, const char *format, ...)
{
	va_list		args;
	int			length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		log_fatal("cannot format a message");
	buf_reserve(buf, (size_t) length + 1);
	va_start(args, format);
	(void) vsnprintf(buf->data + buf->length, (size_t) length + 1, format, args);
	va_end(args);
	buf->length += (size_t) length;
}

/* How many bytes a byte takes inside a JSON string. */
static inline size_t
escaped_size(unsigned char c)
{
	if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t')
		return 2;
	return c < 0x20 ? BUF_MOST_ESCAPED : 1;
}

size_t
buf_json_length(const char *text, size_t length)
{
	size_t		total = 2;

	for (size_t i = 0; i < length; i++)
		total += escaped_size((unsigned char) text[i]);
	return total;
}

/* Write a byte that cannot stand in a JSON string as it is; returns where the next one goes. */
static inline char *
put_escaped(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	*out++ = '\\';
	switch (c)
	{
		case '"':
		case '\\':
			*out++ = (char) c;
			break;
		case '\n':
			*out++ = 'n';
			break;
		case '\r':
			*out++ = 'r';
			break;
		case '\t':
			*out++ = 't';
			break;
		default:
			memcpy(out, "u00", 3);
			out[3] = hex[c >> 4];
			out[4] = hex[c & 15];
			out += 5;
	}
	return out;
}

/* The same for a piece of text. */
static char *
put_piece(char *out, const char *text, size_t length)
{
	const char *end = text + length;

	while ((size_t) (end - text) >= PLAIN_STEP)
	{
		uint64_t	marks = plain_marks(plain_word(text));
		size_t		plain = marks != 0 ? plain_before(marks) : PLAIN_STEP;

		/* those after a mark are written over */
		memcpy(out, text, PLAIN_STEP);
		text += plain;
		out += plain;
		if (marks != 0)
			out = put_escaped(out, (unsigned char) *text++);
	}
	for (; text < end; text++)
	{
		if (escaped_size((unsigned char) *text) > 1)
			out = put_escaped(out, (unsigned char) *text);
		else
			*out++ = *text;
	}
	return out;
}

void
buf_json_string(Buf *buf, const char *text, size_t length)
{
	buf_put(buf, "\"", 1);
	while (length > 0)
	{
		size_t		piece = length < PIECE ? length : PIECE;
		char	   *out;

		buf_reserve(buf, piece * BUF_MOST_ESCAPED);
		out = put_piece(buf->data + buf->length, text, piece);
		buf->length = (size_t) (out - buf->data);
		text += piece;
		length -= piece;
	}
	buf_put(buf, "\"", 1);
}

/* How many bytes its first characters take. */
static size_t
bytes_of(const char *text, size_t length, size_t characters)
{
	size_t		at = 0;

	for (; at < length && characters > 0; characters--)
	{
		do
			at++;
		while (at < length && ((unsigned char) text[at] & 0xC0) == 0x80);
	}
	return at;
}

void
buf_json_excerpt(Buf *buf, const char *text, size_t length, size_t most)
{
	size_t		kept = bytes_of(text, length, most);

	buf_json_string(buf, text, kept);
	if (kept == length)
		return;
	buf->length--;				/* the closing quote */
	buf_text(buf, "...\"");
}

void
buf_consume(Buf *buf, size_t length)
{
	if (length < buf->length)
		memmove(buf->data, buf->data + length, buf->length - length);
	buf->length -= length;
}

void
buf_shrink(Buf *buf, size_t capacity)
{
	char	   *data;

	if (buf->capacity <= capacity || buf->length > capacity)
		return;
	data = realloc(buf->data, capacity);
	if (data == NULL)
		return;
	buf->data = data;
	buf->capacity = capacity;
}

void
buf_free(Buf *buf)
{
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}
