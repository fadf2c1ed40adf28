/*
 * bridge_http.c
 *		Unit test of the bridge's parser of HTTP, driven by test/data/http_heads.txt;
 *		prints TAP.
 *
 * Each case is read at once, byte by byte and, where it is not long, in pieces of any
 * other length.
 *
 *		bridge_http FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_reading.h"

#define LONGEST (4 * 1024 * 1024)
#define MOST_BODY 1048576

/* Cases up to that length are read in pieces of all lengths. */
#define SHORT 400

/* A case, as far as its file was read. */
typedef struct Case
{
	char		name[200];
	char	   *bytes;			/* what the client sends */
	size_t		length;
	char	   *expected[HTTP_READ_MOST + 1];	/* lines */
	int			count;			/* how many */
} Case;

static void *
must(void *memory)
{
	if (memory == NULL)
		exit(2);
	return memory;
}

/* ---- what is written in the file ---- */

/* One byte, or what stands for one. */
static const char *
take_byte(const char *text, char *byte)
{
	unsigned int value;

	if (text[0] != '\\')
	{
		*byte = text[0];
		return text + 1;
	}
	if (text[1] == 'x' && sscanf(text + 2, "%2x", &value) == 1)
	{
		*byte = (char) value;
		return text + 4;
	}
	*byte = text[1] == 'r' ? '\r' : text[1] == 'n' ? '\n' : text[1] == 't' ? '\t' : text[1];
	return text + 2;
}

/* What is written so many times, with its number in place of "#". */
static char *
repeat(char *out, const char *text, const char *end, long count)
{
	for (long i = 0; i < count; i++)
	{
		for (const char *at = text; at < end;)
		{
			if (*at == '#')
			{
				out += sprintf(out, "%ld", i);
				at++;
			}
			else
				at = take_byte(at, out++);
		}
	}
	return out;
}

/* The bytes that a text stands for; returns the end of them. */
static char *
expand(char *out, const char *text)
{
	while (*text != '\0')
	{
		long		count;
		int			used = 0;

		if (sscanf(text, "<%ld * %n", &count, &used) == 1 && used > 0)
		{
			const char *end = strchr(text, '>');

			out = repeat(out, text + used, end, count);
			text = end + 1;
		}
		else
			text = take_byte(text, out++);
	}
	return out;
}

/* ---- is it what is expected? ---- */

/* Is the span what the text stands for?  One that is absent is like an empty one. */
static bool
is_span(ScanSpan span, const char *text)
{
	char	   *wanted = must(malloc(LONGEST));
	size_t		length = (size_t) (expand(wanted, text) - wanted);
	bool		same = span.length == length &&
		(length == 0 || memcmp(span.start, wanted, length) == 0);

	free(wanted);
	return same;
}

static bool
has_member(const HttpRead *read, const char *name, const char *value)
{
	const HttpHead *head = &read->head;
	size_t		length = strlen(name);
	const char *method = http_method_name(head->method);

	if (length > 1 && name[length - 1] == ':')
	{
		char		field[64];

		(void) snprintf(field, sizeof(field), "%.*s", (int) length - 1, name);
		return is_span(http_field(head, field), value);
	}
	if (strcmp(name, "method") == 0)
		return strcmp(method, value) == 0;
	if (strcmp(name, "path") == 0)
		return is_span(head->path, value);
	if (strcmp(name, "query") == 0)
		return is_span(head->query, value);
	if (strcmp(name, "host") == 0)
		return is_span(head->host, value);
	if (strcmp(name, "body") == 0)
		return is_span((ScanSpan) {read->body, read->length}, value);
	if (strcmp(name, "continue") == 0)
		return head->expects_continue == (value[0] == '1');
	if (strcmp(name, "old") == 0)
		return head->old == (value[0] == '1');
	return strcmp(name, "fields") == 0 && head->count == (unsigned int) atoi(value);
}

/* Does the line "STATUS MEMBER=VALUE ..." say what was read? */
static bool
is_expected(const HttpRead *read, const char *line)
{
	char	   *copy = must(strdup(line));
	char	   *rest = copy;
	const char *word = strsep(&rest, " ");
	bool		good = read->status == (strcmp(word, "more") == 0 ? HTTP_MORE : atoi(word));

	while (good && rest != NULL)
	{
		char	   *name = strsep(&rest, " ");
		char	   *value = strrchr(name, ':') != NULL && strstr(name, ":=") != NULL ?
			strstr(name, ":=") + 1 : strchr(name, '=');

		if (value == NULL || !read->has_head)
			good = false;
		else
		{
			*value = '\0';
			good = has_member(read, name, value + 1);
		}
	}
	free(copy);
	return good;
}

/* Is all of it as it is expected? */
static bool
is_good(const Case *c, const HttpReading *reading)
{
	unsigned int count = (unsigned int) c->count;
	bool		closed = count > 0 && strcmp(c->expected[count - 1], "closed") == 0;

	count -= closed;
	if (reading->count != count)
		return false;
	for (unsigned int i = 0; i < count; i++)
	{
		if (!is_expected(&reading->reads[i], c->expected[i]))
			return false;
	}
	return count > 0 &&
		reading->closed == (closed || reading->reads[count - 1].status > HTTP_WHOLE);
}

static bool
check(const Case *c)
{
	static HttpReading whole,
				pieces;
	char	   *bytes = must(malloc(c->length > 0 ? c->length : 1));	/* so that a sanitizer sees
																		 * its end */
	size_t		more = c->length > SHORT ? c->length / 3 : 1;
	bool		good;

	memcpy(bytes, c->bytes, c->length);
	http_read(bytes, c->length, c->length, MOST_BODY, &whole);
	http_read_check(&whole, bytes, c->length);
	good = is_good(c, &whole);
	for (size_t piece = 1; good && piece <= c->length; piece += more)
	{
		http_read(bytes, c->length, piece, MOST_BODY, &pieces);
		good = http_read_same(&whole, &pieces);
		http_read_free(&pieces);
	}
	http_read_free(&whole);
	free(bytes);
	return good;
}

/* ---- the file ---- */

static void
forget(Case *c)
{
	for (int i = 0; i < c->count; i++)
		free(c->expected[i]);
	c->count = 0;
	c->length = 0;
	c->name[0] = '\0';
}

/* Take a line of the case; false: it has no such one. */
static bool
take_line(Case *c, const char *line)
{
	if (strncmp(line, "= ", 2) == 0)
		(void) snprintf(c->name, sizeof(c->name), "%s", line + 2);
	else if (strncmp(line, "> ", 2) == 0)
		c->length = (size_t) (expand(c->bytes + c->length, line + 2) - c->bytes);
	else if (c->count <= HTTP_READ_MOST)
		c->expected[c->count++] = must(strdup(line));
	else
		return false;
	return true;
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	Case		c = {.bytes = must(malloc(LONGEST))};
	char	   *line = NULL;
	size_t		capacity = 0;
	ssize_t		length;
	int			tests = 0;
	int			failed = 0;

	if (file == NULL)
	{
		fprintf(stderr, "usage: bridge_http FILE\n");
		return 2;
	}
	do
	{
		length = getline(&line, &capacity, file);
		if (length > 0 && line[length - 1] == '\n')
			line[--length] = '\0';
		if (length <= 0 && c.name[0] != '\0')
		{
			bool		good = check(&c);

			failed += !good;
			printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, c.name);
			forget(&c);
		}
		else if (length > 0 && line[0] != '#' && strncmp(line, "== ", 3) != 0 &&
				 !take_line(&c, line))
			return 2;
	}
	while (length >= 0);
	printf("1..%d\n", tests);
	free(c.bytes);
	free(line);
	fclose(file);
	return failed > 0;
}
