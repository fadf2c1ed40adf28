/*
 * refusal.c
 *		Unit test of what a refused connection means (src/bridge/refusal.c): the
 *		lines of a file, each a meaning and a message of libpq's.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_test.h"
#include "refusal.h"

static const char *
meaning(const char *message)
{
	switch (refusal_error(message))
	{
		case ERROR_NO_DATABASE:
			return "later";
		case ERROR_LOGIN_REFUSED:
			return "login";
		case ERROR_SET_UP_WRONG:
			return "setup";
		default:
			return "?";
	}
}

/* Put in what the marks stand for. */
static void
expand(char *text)
{
	char	   *out = text;

	for (; *text != '\0'; text++)
	{
		if (text[0] == '\\' && (text[1] == 'n' || text[1] == 't'))
			*out++ = *++text == 'n' ? '\n' : '\t';
		else
			*out++ = *text;
	}
	*out = '\0';
}

static void
test_line(char *line)
{
	char	   *message = strchr(line, '\t');
	char		what[2100];

	if (message == NULL)
		abort();
	*message++ = '\0';
	snprintf(what, sizeof(what), "%s: %s", line, message);
	expand(message);
	ok(strcmp(meaning(message), line) == 0, what);
}

static void
test_reason(const char *message, bool from_uri, const char *reason)
{
	char	   *said = refusal_reason(message, from_uri);

	ok(strcmp(said, reason) == 0, reason);
	free(said);
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char		line[2000];

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

	test_reason("connection to server failed: FATAL:  3D000: database \"nope\" does not exist\n"
				"LOCATION:  InitPostgres, postinit.c:941\n", true,
				"connection to server failed: FATAL:  3D000: database \"nope\" does not exist");
	test_reason("connection to a failed:\x1b[0m x\n\tIs it running?\n", false,
				"connection to a failed: [0m x  Is it running?");
	test_reason("could not translate host name \"ss@host\" to address: Name or service not known\n",
				true,
				"could not translate host name \"...\" to address: Name or service not known");
	test_reason("definition of service \"none\" not found\n", false,
				"definition of service \"none\" not found");
	test_reason("\n", false, "no reason was given");
	test_reason("not UTF-8: \xff\n", false, "no reason was given");
	printf("1..%d\n", tests);
	return failures > 0;
}
