/*
 * clock.c
 *		Time that never goes back.
 *
 * Entry point: clock_ms.
 */
#include "clock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "log.h"

uint64_t
clock_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		log_fatal("cannot read the clock: %s", strerror(errno));
	return (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
}
