/*
 * options.c
 *		What the programs of this folder take.
 *
 * Entry points: options_read, options_number.
 */
#include "options.h"

#include <libgen.h>
#include <stdlib.h>
#include <unistd.h>

Options
options_read(int argc, char **argv, int words, const char *usage)
{
	static Lines tokens;
	const char *program = basename(argv[0]);
	const char *base = "/scim/v2";
	Options		options = {.loop = event_base_new()};
	int			option;

	clients_begin(program, options.loop, "unix:");
	while ((option = getopt(argc, argv, "b:i:t:")) != -1)
	{
		if (option == 'b')
			base = optarg;
		else if (option == 'i')
			options.ids = read_lines(optarg);
		else if (option == 't')
			tokens = read_lines(optarg);
		else
			fail("usage", usage);
	}
	if (argc - optind - 1 != words && argc - optind - 2 != words)
		fail("usage", usage);
	ask_begin(base, tokens.count > 0 ? &tokens : NULL);
	clients_begin(program, options.loop, argv[optind]);
	options.words = argv + optind + 1;
	return options;
}

size_t
options_number(const char *word)
{
	char	   *end;
	unsigned long number = strtoul(word, &end, 10);

	if (number == 0 || *end != '\0')
		fail("not a number", word);
	return number;
}
