/*
 * http_bytes.c
 *		Bytes of a request: a table of where they may stand (RFC 9110 and 3986), and words.
 *
 * A path has the bytes that URIs have there, and no others: what one reader takes
 * for "/" and another one does not ("\") is not let in.  Queries are read by nobody
 * on the way, and people type filters with quotes into them.
 *
 * Entry points: http_bytes, http_is_text, http_begins_with, http_take_until, http_trim.
 */
#include "http_bytes.h"

#include <string.h>

/* Bytes beyond ASCII. */
#define LEAST_OTHER 0x80
#define MOST_OTHER 0xFF

/* Bytes that are alike. */
#define SIGN (HTTP_TEXT | HTTP_QUERY)
#define MARK (SIGN | HTTP_PATH)
#define NAME (MARK | HTTP_TOKEN)
#define LETTER (NAME | HTTP_HOST)
#define HEX (LETTER | HTTP_HEX | HTTP_ADDRESS)
#define DIGIT (HEX | HTTP_DIGIT)

const uint8_t http_bytes[256] = {
	['\t'] = HTTP_TEXT,
	[' '] = HTTP_TEXT,
	['!'] = NAME,
	['"'] = SIGN,
	['#'] = HTTP_TEXT | HTTP_TOKEN,
	['$'...'\''] = NAME,
	['('...')'] = MARK,
	['*'...'+'] = NAME,
	[','] = MARK,
	['-'] = LETTER,
	['.'] = LETTER | HTTP_ADDRESS,
	['/'] = MARK,
	['0'...'9'] = DIGIT,
	[':'] = MARK | HTTP_ADDRESS,
	[';'] = MARK,
	['<'] = SIGN,
	['='] = MARK,
	['>'...'?'] = SIGN,
	['@'] = MARK,
	['A'...'F'] = HEX,
	['G'...'Z'] = LETTER,
	['['...']'] = SIGN,
	['^'] = SIGN | HTTP_TOKEN,
	['_'] = LETTER,
	['`'] = SIGN | HTTP_TOKEN,
	['a'...'f'] = HEX,
	['g'...'z'] = LETTER,
	['{'] = SIGN,
	['|'] = SIGN | HTTP_TOKEN,
	['}'] = SIGN,
	['~'] = NAME,
	[LEAST_OTHER...MOST_OTHER] = HTTP_TEXT,
};

bool
http_is_text(ScanSpan span, const char *text)
{
	size_t		length = strlen(text);

	if (span.length != length)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		char		byte = span.start[i];

		if ((byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte) != text[i])
			return false;
	}
	return true;
}

bool
http_begins_with(ScanSpan span, const char *text)
{
	size_t		length = strlen(text);

	return span.length >= length && http_is_text((ScanSpan) {span.start, length}, text);
}

ScanSpan
http_take_until(ScanSpan *rest, char byte)
{
	const char *end = memchr(rest->start, byte, rest->length);
	ScanSpan	taken = {rest->start, end != NULL ? (size_t) (end - rest->start) : 0};

	if (end == NULL)
		return (ScanSpan) {NULL, 0};
	rest->start = end + 1;
	rest->length -= taken.length + 1;
	return taken;
}

ScanSpan
http_trim(ScanSpan span)
{
	while (span.length > 0 && (span.start[0] == ' ' || span.start[0] == '\t'))
	{
		span.start++;
		span.length--;
	}
	while (span.length > 0 &&
		   (span.start[span.length - 1] == ' ' || span.start[span.length - 1] == '\t'))
		span.length--;
	return span;
}
