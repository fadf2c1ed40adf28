/*
 * bridge_plain.c
 *		Unit test of what the bridge passes over eight bytes at a time
 *		(src/bridge/plain.h): strings that are escaped (buf.c) and scanned (scan.c),
 *		with any two bytes at any place.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_test.h"
#include "buf.h"
#include "scan.h"

/* Plain bytes around the two: so they stand at each place of a word, and in the rest after it. */
#define MOST_BEFORE 10
#define MOST_AFTER 9

/* What a byte is in a JSON string; returns its length. */
static int
spelled(char *out, unsigned char c)
{
	static const char named[] = "\"\"\\\\\nn\rr\tt";

	for (const char *name = named; *name != '\0'; name += 2)
	{
		if ((unsigned char) *name == c)
			return sprintf(out, "\\%c", name[1]);
	}
	if (c < 0x20)
		return sprintf(out, "\\u%04x", c);
	*out = (char) c;
	return 1;
}

/* Is the text written as it must be, and measured? */
static bool
is_written(const char *text, size_t length)
{
	char		wanted[6 * (MOST_BEFORE + 2 + MOST_AFTER) + 2];
	char	   *at = wanted;
	Buf			buf = {NULL, 0, 0};
	bool		same;

	*at++ = '"';
	for (size_t i = 0; i < length; i++)
		at += spelled(at, (unsigned char) text[i]);
	*at++ = '"';
	buf_json_string(&buf, text, length);
	same = buf.length == (size_t) (at - wanted) && memcmp(buf.data, wanted, buf.length) == 0 &&
		buf_json_length(text, length) == buf.length;
	buf_free(&buf);
	return same;
}

/* May these two stand between plain bytes, inside of a JSON string? */
static bool
may_stand(unsigned char c, unsigned char d)
{
	if (c == '\\')
		return d != '\0' && strchr("\"\\/bfnrt", d) != NULL;
	if (c >= 0xC2 && c <= 0xDF)
		return d >= 0x80 && d <= 0xBF;
	return c >= 0x20 && c != '"' && c < 0x80 && d >= 0x20 && d != '"' && d != '\\' && d < 0x80;
}

/* The scanner must find the whole string, or that it is none. */
static bool
is_scanned(const char *text, size_t length, bool good)
{
	/* of its size exactly, so that the sanitizer sees each byte that is read beyond */
	size_t		size = length + strlen("{\"k\":\"\"}");
	char	   *line = must_alloc(size);
	ScanSpan	value = {NULL, 0};
	ScanMember	wanted[] = {{"k", &value, false, NULL}, {NULL, NULL, false, NULL}};
	ScanResult	result;
	bool		same;

	memcpy(line, "{\"k\":\"", 6);
	memcpy(line + 6, text, length);
	memcpy(line + 6 + length, "\"}", 2);
	result = scan_members(line, size, wanted);
	same = good ? result == SCAN_OK && value.start == line + 5 && value.length == length + 2 :
		result == SCAN_BROKEN;
	free(line);
	return same;
}

/* Any two bytes between plain ones. */
static void
check_pairs(void)
{
	bool		written = true;
	bool		scanned = true;

	for (int pair = 0; pair < 256 * 256; pair++)
	{
		unsigned char c = (unsigned char) (pair >> 8);
		unsigned char d = (unsigned char) pair;

		for (size_t before = 0; before <= MOST_BEFORE; before++)
		{
			char		text[MOST_BEFORE + 2 + MOST_AFTER];
			size_t		length = before + 2 + (pair + before) % (MOST_AFTER + 1);

			memset(text, 'x', sizeof(text));
			text[before] = (char) c;
			text[before + 1] = (char) d;
			written = written && is_written(text, length);
			scanned = scanned && is_scanned(text, length, may_stand(c, d));
		}
	}
	ok(written, "two bytes between plain ones are escaped");
	ok(scanned, "two bytes between plain ones are scanned");
}

/* A text of more than one piece that is written at once, all of it escaped. */
static void
check_large(void)
{
	size_t		length = 100003;
	char	   *text = must_alloc(length);
	Buf			buf = {NULL, 0, 0};
	bool		same = true;

	memset(text, 1, length);
	buf_json_string(&buf, text, length);
	ok(buf.length == 6 * length + 2 && buf_json_length(text, length) == buf.length,
	   "a large text has its length");
	for (size_t i = 0; i < length; i++)
		same = same && memcmp(buf.data + 1 + 6 * i, "\\u0001", 6) == 0;
	ok(same && buf.data[0] == '"' && buf.data[buf.length - 1] == '"', "and is escaped");
	buf_free(&buf);
	free(text);
}

int
main(void)
{
	ok(is_written("", 0) && is_scanned("", 0, true), "an empty string");
	check_pairs();
	check_large();
	printf("1..%d\n", tests);
	return failures > 0;
}
