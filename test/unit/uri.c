/*
 * uri.c
 *		Unit test of ids in URIs (src/base/uri.c): the lines of a file, each a text
 *		and what it is in a URI, and texts of all kinds there and back.  Prints TAP.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/uri.h"

static int	tests = 0;
static int	failures = 0;

static void
ok(bool good, const char *what, const char *text)
{
	tests++;
	failures += !good;
	printf("%sok %d - %s: %s\n", good ? "" : "not ", tests, what, text);
}

static char *
encode(const char *text)
{
	char	   *out = malloc(3 * strlen(text) + 1);

	if (scim_uri_encode(text, strlen(text), out) != (int) strlen(out))
		abort();
	return out;
}

static bool
decodes_to(const char *segment, const char *text)
{
	char	   *copy = strdup(segment);
	bool		decoded = scim_uri_decode(copy);
	bool		same = text ? decoded && strcmp(copy, text) == 0 : !decoded;

	free(copy);
	return same;
}

/*
 * "= TEXT SEGMENT": one is the other's; "< TEXT SEGMENT": the segment is
 * another way to write it; "! SEGMENT": is none.
 */
static void
test_line(char *line)
{
	char	   *first = strtok(line + 2, "\t");
	char	   *second = strtok(NULL, "\t");
	char	   *encoded;

	if (line[0] == '!')
	{
		ok(decodes_to(first, NULL), "is no segment", first);
		return;
	}
	encoded = encode(first);
	ok(line[0] == '<' || strcmp(encoded, second) == 0, "is encoded", first);
	ok(decodes_to(second, first), "is decoded", second);
	free(encoded);
}

/* There and back; and what is encoded is a segment of a URI. */
static bool
survives(const char *text)
{
	char	   *encoded = encode(text);
	char		uri[2000];
	int			length = snprintf(uri, sizeof(uri), "https://example.com/Users/%s", encoded);
	int			collection;
	bool		good = decodes_to(encoded, text) && scim_is_uri(uri, length, true) &&
		(text[0] == '\0' || scim_uri_collection(uri, length, &collection) ==
	 uri + strlen("https://example.com/"));

	free(encoded);
	return good;
}

static void
test_all_bytes(void)
{
	char		text[300];
	bool		good = true;

	for (int first = 1; first < 256; first++)
	{
		for (int second = 0; second < 256; second++)
		{
			text[0] = (char) first;
			text[1] = (char) second;
			text[2] = '\0';
			good = good && survives(text);
		}
	}
	ok(good, "there and back", "any two bytes");
	for (int i = 1; i < 256; i++)
		text[i - 1] = (char) i;
	text[255] = '\0';
	ok(survives(text), "there and back", "all bytes");
	ok(survives(""), "there and back", "nothing");
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char		line[1000];

	if (file == NULL)
	{
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		return 2;
	}
	while (fgets(line, sizeof(line), file))
	{
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			test_line(line);
	}
	fclose(file);
	test_all_bytes();
	printf("1..%d\n", tests);
	return failures > 0;
}
