/*
 * bridge_scan.c
 *		Unit test of the bridge's scanner, driven by bridge_scan.txt; prints TAP.
 *
 *		bridge_scan FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

#define LONGEST (4 * 1024 * 1024)

static const char *const results[] = {
	[SCAN_OK] = "ok", [SCAN_EMPTY] = "empty", [SCAN_BROKEN] = "broken",
	[SCAN_ARRAY] = "array", [SCAN_SCALAR] = "scalar", [SCAN_DUPLICATE] = "duplicate"
};

/* Put in what the marks in a field stand for. */
static char *
expand(const char *field, size_t *length)
{
	char	   *out = malloc(LONGEST);
	char	   *at = out;

	if (out == NULL)
		exit(1);
	while (*field != '\0')
	{
		long		count;
		int			used = 0;

		if (strncmp(field, "<NUL>", 5) == 0)
		{
			*at++ = '\0';
			field += 5;
		}
		else if (strncmp(field, "<FF>", 4) == 0)
		{
			*at++ = '\xff';
			field += 4;
		}
		else if (strncmp(field, "<BOM>", 5) == 0)
		{
			memcpy(at, "\xef\xbb\xbf", 3);
			at += 3;
			field += 5;
		}
		else if (sscanf(field, "<DEEP %ld %n", &count, &used) == 1 && used > 0)
		{
			const char *text = field + used;
			size_t		size = strcspn(text, ">");

			while (count-- > 0)
			{
				memcpy(at, text, size);
				at += size;
			}
			field = text + size + 1;
		}
		else
			*at++ = *field++;
	}
	*length = (size_t) (at - out);
	return out;
}

/* Is the span what "MEMBER=SPAN" among the fields says, or absent when none does? */
static int
span_is(ScanSpan span, const char *member, char **fields, int count)
{
	size_t		name = strlen(member);

	for (int i = 0; i < count; i++)
	{
		size_t		length;
		char	   *wanted;
		int			same;

		if (strncmp(fields[i], member, name) != 0 || fields[i][name] != '=')
			continue;
		if (strcmp(fields[i] + name + 1, "*") == 0)
			return span.start != NULL;
		wanted = expand(fields[i] + name + 1, &length);
		same = span.start != NULL && span.length == length &&
			memcmp(span.start, wanted, length) == 0;
		free(wanted);
		return same;
	}
	return span.start == NULL;
}

static int
check(char **fields, int count)
{
	ScanMessage m;
	size_t		length;
	char	   *line = expand(fields[1], &length);
	char	   *exact = malloc(length > 0 ? length : 1);	/* so that a sanitizer sees its end */
	ScanResult	result;
	int			good;

	if (exact == NULL)
		exit(1);
	memcpy(exact, line, length);
	free(line);
	result = scan_message(exact, length, &m);
	good = strcmp(results[result], fields[0]) == 0;
	if (good && result == SCAN_OK)
		good = span_is(m.jsonrpc, "jsonrpc", fields + 2, count - 2) &&
			span_is(m.id, "id", fields + 2, count - 2) &&
			span_is(m.method, "method", fields + 2, count - 2) &&
			span_is(m.params, "params", fields + 2, count - 2) &&
			span_is(m.result, "result", fields + 2, count - 2) &&
			span_is(m.error, "error", fields + 2, count - 2) &&
			span_is(m.name, "name", fields + 2, count - 2) &&
			span_is(m.arguments, "arguments", fields + 2, count - 2) &&
			span_is(m.meta, "_meta", fields + 2, count - 2) &&
			span_is(m.state, "requestState", fields + 2, count - 2) &&
			span_is(m.responses, "inputResponses", fields + 2, count - 2);
	free(exact);
	return good;
}

/* What scan_is_integer says of some numbers. */
static int
check_integers(void)
{
	static const struct
	{
		const char *text;		/* a number */
		bool		integer;	/* is it one to JSON Schema? */
	}			cases[] = {{"0", true},
	{"-1", true},
	{"1.0", true},
	{"-10.000", true},
	{"123456789012345678901234567890", true},
	{"1.5", false},
	{"1e2", false},
	{"1.0e0", false},
	{"\"1\"", false},
	{"true", false},
	{"null", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ScanSpan	span = {cases[i].text, strlen(cases[i].text)};

		if (scan_is_integer(span) != cases[i].integer)
			return 0;
	}
	return 1;
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char	   *line = NULL;
	size_t		capacity = 0;
	ssize_t		length;
	int			number = 0;
	int			tests = 0;
	int			failed = 0;

	if (file == NULL)
	{
		fprintf(stderr, "usage: bridge_scan FILE\n");
		return 2;
	}
	while ((length = getline(&line, &capacity, file)) > 0)
	{
		char	   *fields[16];
		int			count = 0;
		int			good;

		number++;
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		for (char *rest = line; rest != NULL && count < 16;)
			fields[count++] = strsep(&rest, "\t");
		good = count >= 2 && check(fields, count);
		failed += !good;
		printf("%s %d - line %d: %s: %.60s\n", good ? "ok" : "not ok", ++tests, number, fields[0],
			   count >= 2 ? fields[1] : "");
	}
	failed += !check_integers();
	printf("%s %d - integers\n1..%d\n", check_integers() ? "ok" : "not ok", tests + 1, tests + 1);
	free(line);
	fclose(file);
	return failed > 0;
}
