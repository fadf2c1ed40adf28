/*
 * filter.c
 *		Unit test of filters: the parser, and their resolution against a resource
 *		type (test/fuzz/type.c), driven by filter.txt; prints TAP.
 *
 *		filter FILE
 */
#include "server.h"
#include "type.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/settings.h"
#include "filter_text.h"
#include "lib/stringinfo.h"

#undef printf
#undef snprintf
#undef fprintf

#define LONGEST 100000

static int	tests = 0;
static int	failures = 0;

static void
report(bool good, int line, const char *text, const char *wanted, const char *got)
{
	printf("%s %d - line %d: %.60s\n", good ? "ok" : "not ok", ++tests, line, text);
	if (!good)
		printf("# wanted: %s\n#    got: %s\n", wanted, got);
	failures += !good;
}

/* ---- the parser ---- */

/* The tree of a filter or path, or "! POSITION what is wrong". */
static char *
parsed(const char *text, bool lenient, bool path)
{
	int			length = strlen(text);
	ScimFilterParse p = {.text = text, .length = length, .lenient = lenient};
	char	   *tree;

	p.nodes = palloc(SCIM_FILTER_NODES(Min(length, SCIM_FILTER_MAX_LENGTH)) *
					 sizeof(ScimFilterNode));
	p.bytes = palloc(SCIM_FILTER_BYTES(length));
	if (!(path ? scim_parse_path(&p) : scim_parse_filter(&p)))
		return psprintf("! %d %s", scim_filter_position(text, p.error_start),
						scim_filter_problem(p.error));
	tree = p.root >= 0 ? filter_tree(&p, p.root) : NULL;
	if (!path)
		return tree;
	return psprintf("%.*s%s%s%s%.*s", p.path.length, text + p.path.start, tree ? " " : "",
					tree ? tree : "", p.sub.length > 0 ? " " : "", p.sub.length,
					text + p.sub.start);
}

/* ---- resolution ---- */

typedef struct Reading
{
	const char *text;
	ScimRules	rules;
	ScimFilter *filter;
} Reading;

static void
read_filter(void *argument)
{
	Reading    *reading = argument;

	reading->filter = scim_read_filter(&fuzz_type, &reading->rules, reading->text);
}

static void
append_filter(StringInfo out, const ScimFilter *filter)
{
	static const char *const kinds[] = {"and", "or", "not", NULL, "pr", "in"};
	static const char *const ops[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"};
	static const char *const values[] = {"null", "true", "false", "number", "string"};

	appendStringInfo(out, "(%s",
					 filter->kind == SCIM_FILTER_COMPARE ? ops[filter->op] : kinds[filter->kind]);
	if (filter->path.text)
		appendStringInfo(out, " %s", filter->path.text);
	if (filter->kind == SCIM_FILTER_COMPARE)
		appendStringInfo(out, " %s%s%s", values[filter->value_kind], filter->value ? ":" : "",
						 filter->value ? filter->value : "");
	if (filter->left)
	{
		appendStringInfoChar(out, ' ');
		append_filter(out, filter->left);
	}
	if (filter->right)
	{
		appendStringInfoChar(out, ' ');
		append_filter(out, filter->right);
	}
	appendStringInfoChar(out, ')');
}

/* The filter with its paths as the schemas spell them, or "! DETAIL CODE: what is wrong". */
static char *
resolved(const char *text, bool lenient)
{
	Reading		reading = {.text = text, .rules = {.filter = lenient}};
	ServerError error;
	StringInfoData out;

	if (!server_try(read_filter, &reading, &error))
		return psprintf("! %s %s", error.detail, error.message);
	initStringInfo(&out);
	append_filter(&out, reading.filter);
	return out.data;
}

/* ---- which attribute takes which operator with which value ---- */

static const char *const op_names[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"};

/*
 * One kind of value a letter: null, a boolean (twice), a number, a string of
 * the attribute's type.
 */
static const char kinds[] = "0TF#S";

static const char *
value_of(char kind, const char *string)
{
	return kind == '0' ? "null"
		: kind == 'T' ? "true"
		: kind == 'F' ? "false"
		: kind == '#' ? "12"
		: string;
}

/*
 * "cells <tab> ATTRIBUTE STRING <tab> eq:0S co:S ...": those that are named are
 * taken, the others are INVALID_FILTER.
 */
static void
check_cells(int line, char *given, const char *wanted)
{
	char	   *string = strchr(given, ' ');

	*string++ = '\0';
	for (int op = 0; op < (int) lengthof(op_names); op++)
	{
		char		mark[8];
		const char *cell;

		snprintf(mark, sizeof(mark), "%s:", op_names[op]);
		cell = strstr(wanted, mark);
		for (const char *kind = kinds; *kind; kind++)
		{
			char	   *text = psprintf("%s %s %s", given, op_names[op], value_of(*kind, string));
			char	   *got = resolved(text, false);
			bool		takes = cell && memchr(cell + 3, *kind, strcspn(cell + 3, " "));

			report(takes ? *got == '(' : strstr(got, "\"INVALID_FILTER\"") != NULL, line, text,
				   takes ? "a filter" : "INVALID_FILTER", got);
		}
	}
}

/* ---- the file ---- */

/* Put in what the marks in a field stand for: <DEEP n X>, n times the text X. */
static char *
expand(const char *field)
{
	char	   *out = palloc(LONGEST);
	char	   *at = out;
	int			count;
	int			used;

	while (*field)
	{
		used = 0;
		if (sscanf(field, "<DEEP %d %n", &count, &used) == 1 && used > 0)
		{
			int			size = strcspn(field + used, ">");

			for (; count > 0 && at + size < out + LONGEST - 1; count--, at += size)
				memcpy(at, field + used, size);
			field += used + size + 1;
		}
		else
			*at++ = *field++;
	}
	*at = '\0';
	return out;
}

/* "*" stands for anything. */
static bool
is_like(const char *text, const char *pattern)
{
	if (*pattern == '*')
		return is_like(text, pattern + 1) || (*text && is_like(text + 1, pattern));
	return *pattern ? *text == *pattern && is_like(text + 1, pattern + 1) : *text == '\0';
}

static void
check_line(int number, char *line)
{
	char	   *mode = strsep(&line, "\t");
	char	   *given = strsep(&line, "\t");
	char	   *text;
	char	   *got;

	if (!line)
	{
		report(false, number, mode, "three fields", "fewer");
		return;
	}
	if (strcmp(mode, "cells") == 0)
	{
		check_cells(number, given, line);
		return;
	}
	text = expand(given);
	if (strncmp(mode, "read", 4) == 0)
		got = resolved(text, strcmp(mode, "read lenient") == 0);
	else
		got = parsed(text, strcmp(mode, "lenient") == 0, strcmp(mode, "path") == 0);
	report(is_like(got, expand(line)), number, given, line, got);
}

int
main(int count, char **arguments)
{
	FILE	   *file = count == 2 ? fopen(arguments[1], "r") : NULL;
	char	   *line = NULL;
	size_t		size = 0;
	ssize_t		length;

	if (!file)
	{
		fprintf(stderr, "usage: filter FILE\n");
		return 2;
	}
	for (int number = 1; (length = getline(&line, &size, file)) >= 0; number++)
	{
		if (length > 0 && line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (*line && *line != '#')
			check_line(number, line);
		server_reset();
	}
	printf("1..%d\n", tests);
	free(line);
	fclose(file);
	return failures > 0;
}
