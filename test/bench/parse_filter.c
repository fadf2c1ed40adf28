/*
 * parse_filter.c
 *		Times the parser of filters (src/core/filter_parse.c) on a filter of three
 *		terms; prints nanoseconds for one parse, the best of ten rounds.
 *
 *		cc -O2 -I src test/bench/parse_filter.c src/core/filter_parse.c
 *		src/core/filter_value.c -o parse_filter
 *		./parse_filter [FILTER]
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/filter_parse.h"

#define ROUNDS	10
#define PARSES	100000

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

int
main(int count, char **arguments)
{
	static ScimFilterNode nodes[4 * SCIM_FILTER_MAX_TERMS];
	static char bytes[SCIM_FILTER_MAX_LENGTH + 1];
	const char *text = count > 1 ? arguments[1] :
		"userName sw \"b\" and emails[type eq \"work\" and value co \"@example.com\"]";
	ScimFilterParse parse = {.text = text,
		.length = (int) strlen(text),
		.nodes = nodes,
	.bytes = bytes};
	double		best = 0;

	for (int round = 0; round < ROUNDS; round++)
	{
		double		start = now();

		for (int i = 0; i < PARSES; i++)
		{
			if (!scim_parse_filter(&parse))
			{
				fprintf(stderr, "position %d: %s\n", scim_filter_position(text, parse.error_start),
						scim_filter_problem(parse.error));
				return 1;
			}
		}
		if (round == 0 || now() - start < best)
			best = now() - start;
	}
	printf("%.0f\n", best / PARSES);
	return 0;
}
