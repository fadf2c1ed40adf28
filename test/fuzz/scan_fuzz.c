/*
 * scan_fuzz.c
 *		libFuzzer target for the bridge's scanner (src/bridge/scan.c).
 *
 *		clang -g -O1 -fsanitize=fuzzer,address,undefined -I src/bridge \
 *			test/fuzz/scan_fuzz.c src/bridge/scan.c -o scan_fuzz -ljansson
 *		./scan_fuzz -max_total_time=60 NEW_FOLDER test/fuzz/scan_corpus
 *
 * Beside memory errors it looks for what would break the promises made of the
 * scanner: spans lie in the line and hold whole values, what is taken for JSON
 * outside of arguments is JSON to another parser as well, and the other way
 * round.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

static json_t *
parse(const char *text, size_t length)
{
	return json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
					  NULL);
}

static void
check_span(ScanSpan span, const char *line, size_t length)
{
	if (span.start == NULL)
		return;
	MUST(span.length > 0);
	MUST(span.start >= line && span.start + span.length <= line + length);
	MUST(strchr(" \t\r\n,:", span.start[0]) == NULL || span.start[0] == '\0');
	if (span.start[0] == '"' || span.start[0] == '{' || span.start[0] == '[')
		MUST(span.length >= 2);
}

/* A line in which the arguments, if any, are an empty object: strict JSON as a whole. */
static char *
without_arguments(const char *line, size_t length, ScanSpan arguments, size_t *out_length)
{
	char	   *copy = malloc(length + 2);
	size_t		before = length;

	MUST(copy != NULL);
	if (arguments.start == NULL || arguments.start[0] != '{')
	{
		memcpy(copy, line, length);
		*out_length = length;
		return copy;
	}
	before = (size_t) (arguments.start - line);
	memcpy(copy, line, before);
	memcpy(copy + before, "{}", 2);
	memcpy(copy + before + 2, arguments.start + arguments.length,
		   length - before - arguments.length);
	*out_length = length - arguments.length + 2;
	return copy;
}

/* Does jansson refuse what JSON allows?  Depth, large numbers, lone surrogates. */
static int
beyond_jansson(const char *text, size_t length)
{
	size_t		depth = 0;
	size_t		deepest = 0;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '[' || text[i] == '{')
			depth++;
		else if ((text[i] == ']' || text[i] == '}') && depth > 0)
			depth--;
		if (depth > deepest)
			deepest = depth;
		if ((text[i] == 'e' || text[i] == 'E') && i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9')
			return 1;
		if (text[i] == '\\' && i + 1 < length && text[i + 1] == 'u')
			return 1;
	}
	return deepest > 1000 || length > 300;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *line = malloc(size > 0 ? size : 1);
	ScanMessage m;
	ScanResult	result;
	json_t	   *json;
	char	   *whole;
	size_t		whole_length;

	MUST(line != NULL);
	if (size > 0)
		memcpy(line, data, size);
	result = scan_message(line, size, &m);
	if (result == SCAN_OK)
	{
		ScanSpan	all[] = {m.jsonrpc, m.id, m.method, m.params, m.result, m.error,
		m.name, m.arguments, m.meta, m.state, m.responses};

		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			check_span(all[i], line, size);
		for (size_t i = 6; i < sizeof(all) / sizeof(all[0]); i++)
			MUST(all[i].start == NULL || m.params.start != NULL);
		MUST(m.responses.start == NULL ||
			 memchr(m.responses.start, '\0', m.responses.length) == NULL);
		whole = without_arguments(line, size, m.arguments, &whole_length);
		json = parse(whole, whole_length);
		MUST(json != NULL || beyond_jansson(whole, whole_length));
		if (json != NULL)
		{
			MUST(json_is_object(json));
			MUST((json_object_get(json, "method") != NULL) == (m.method.start != NULL));
			MUST((json_object_get(json, "id") != NULL) == (m.id.start != NULL));
			if (scan_is_string(m.method))
				MUST(json_is_string(json_object_get(json, "method")));
		}
		json_decref(json);

		/* scanned again without them, it is the same message */
		MUST(scan_message(whole, whole_length, &m) == SCAN_OK);
		free(whole);
	}
	else if (result == SCAN_BROKEN)
	{
		/* jansson takes a NUL byte for the end of the text */
		json = memchr(line, '\0', size) == NULL ? parse(line, size) : NULL;
		MUST(json == NULL);
	}
	else if (result == SCAN_ARRAY || result == SCAN_SCALAR)
	{
		json = parse(line, size);
		MUST(json != NULL || beyond_jansson(line, size));
		MUST(json == NULL || json_is_array(json) == (result == SCAN_ARRAY));
		json_decref(json);
	}
	(void) scan_utf8(line, size);
	free(line);
	return 0;
}
