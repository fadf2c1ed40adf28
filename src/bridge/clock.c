/*
 * clock.c
 *		Time that never goes back.
 *
 * Entry points: clock_ms, clock_us.
 */
#include "clock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "log.h"

static struct timespec
now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		log_fatal("cannot read the clock: %s", strerror(errno));
	return t;
}

uint64_t
clock_ms(void)
{
	const struct timespec t = now();

	return (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
}

uint64_t
clock_us(void)
{
	const struct timespec t = now();

	return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}
