/*
 * trace.c
 *		Unit test of traces (src/base/trace.c): the lines of a file, each a text and how
 *		much of it is a trace; every text that lacks or changes a character of one.
 *		Prints TAP.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/trace.h"

#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static int	tests = 0;
static int	failures = 0;

static void
ok(bool good, const char *what, const char *text)
{
	tests++;
	failures += !good;
	printf("%sok %d - %s: %s\n", good ? "" : "not ", tests, what, text);
}

/* In memory that ends with it, so that nothing behind it is looked at. */
static int
length_of(const char *text)
{
	char	   *copy = strdup(text);
	int			length = scim_trace_length(copy);

	free(copy);
	return length;
}

/* "= TEXT": all of it is one; "< TEXT": its traceparent alone; "! TEXT": it is none. */
static void
test_line(const char *line)
{
	const char *text = line + 2;
	int			expected = line[0] == '=' ? (int) strlen(text)
	: line[0] == '<' ? (int) strcspn(text, " ")
	: 0;

	ok(length_of(text) == expected,
	   line[0] == '=' ? "a trace" : line[0] == '<' ? "without its state" : "no trace", text);
}

/* With another character in each place: one that is a digit there, or none at all. */
static void
test_changes(void)
{
	char		text[] = PARENT;
	int			taken = 0;
	int			digits = 0;

	for (int i = 0; i < (int) strlen(PARENT); i++)
	{
		for (int c = 1; c < 256; c++)
		{
			text[i] = c;
			taken += length_of(text) != 0;
		}
		digits += PARENT[i] != '-';
		text[i] = PARENT[i];
	}
	/* 16 for each digit, and 1 for each dash; no change of a version 00 makes it ff */
	ok(taken == 16 * digits + 3, "what may stand where", PARENT);
	for (int i = 0; i < (int) strlen(PARENT); i++)
	{
		text[i] = '\0';
		ok(length_of(text) == 0, "too short", text);
		text[i] = PARENT[i];
	}
}

static void
test_states(void)
{
	char		text[sizeof(PARENT) + SCIM_MOST_TRACESTATE + 2] = PARENT " ";
	int			start = strlen(text);

	memset(text + start, 'x', SCIM_MOST_TRACESTATE);
	ok(length_of(text) == start + SCIM_MOST_TRACESTATE, "a state", "of 512 characters");
	text[start + SCIM_MOST_TRACESTATE] = 'x';
	ok(length_of(text) == start - 1, "a state", "of 513");
	for (int c = 1; c < 256; c++)
	{
		char		printed[16];

		text[start] = c;
		text[start + 1] = '\0';
		snprintf(printed, sizeof(printed), "%d", c);
		ok(length_of(text) == (c >= 32 && c <= 126 ? start + 1 : start - 1),
		   "a state of character", printed);
	}
}

int
main(int argc, char **argv)
{
	char		line[2048];
	FILE	   *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (file == NULL)
	{
		perror(argc == 2 ? argv[1] : "usage: trace FILE");
		return 2;
	}
	while (fgets(line, sizeof(line), file))
	{
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			test_line(line);
	}
	fclose(file);
	test_changes();
	test_states();
	printf("1..%d\n", tests);
	return failures > 0;
}
