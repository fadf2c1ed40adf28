/*
 * times.c
 *		How long things took.
 */
#include "times.h"

#include <stdlib.h>

#include "client.h"

void
times_add(Times *times, uint64_t took)
{
	if (times->count == times->room)
	{
		times->room = times->room * 2 + 65536;
		times->took = realloc(times->took, times->room * sizeof(*times->took));
		if (times->took == NULL)
			fail("memory", "none left");
	}
	times->took[times->count++] = (uint32_t) took;
}

static int
compare(const void *a, const void *b)
{
	uint32_t	x = *(const uint32_t *) a;
	uint32_t	y = *(const uint32_t *) b;

	return (x > y) - (x < y);
}

void
times_sort(Times *times)
{
	if (times->count > 0)
		qsort(times->took, times->count, sizeof(*times->took), compare);
}

uint32_t
times_percent(const Times *times, unsigned percent)
{
	size_t		at = times->count * percent / 100;

	if (times->count == 0)
		return 0;
	return times->took[at < times->count ? at : times->count - 1];
}
