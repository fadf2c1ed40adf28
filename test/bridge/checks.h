/*
 * checks.h
 *		TAP, and a connection to the database beside the bridge's.
 */
#ifndef TEST_CHECKS_H
#define TEST_CHECKS_H

#include <stdbool.h>

/* Connect, as the command line says. */
extern void checks_open(void);

/* A test. */
extern void ok(bool good, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

/* Does the line hold that text? */
extern void holds(const char *line, const char *text, const char *name);

/* The first value of a statement's answer; to be read before the next one. */
extern const char *sql(const char *statement);

/* The end of them; returns what the program is to exit with. */
extern int	checks_close(void);

#endif							/* TEST_CHECKS_H */
