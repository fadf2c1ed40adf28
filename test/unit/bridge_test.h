/*
 * bridge_test.h
 *		What unit tests of the bridge have in common: checks, which print TAP, and the end that
 *		the bridge comes to without memory.
 */
#ifndef BRIDGE_TEST_H
#define BRIDGE_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

static int	tests = 0;
static int	failures = 0;

/* What is to be so, and of what. */
static inline void
ok_of(bool good, const char *what, const char *of)
{
	tests++;
	failures += !good;
	printf("%sok %d - %s%s\n", good ? "" : "not ", tests, what, of);
}

static inline void
ok(bool good, const char *what)
{
	ok_of(good, what, "");
}

/* buf.c and others want it */
void
log_fatal(const char *format, ...)
{
	(void) format;
	exit(1);
}

#endif							/* BRIDGE_TEST_H */
