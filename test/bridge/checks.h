/*
 * checks.h
 *		The bridge as main.c opens it, but for its one client; TAP, and connections to the
 *		database beside the bridge's.
 */
#ifndef TEST_CHECKS_H
#define TEST_CHECKS_H

#include <libpq-fe.h>
#include <stdbool.h>

/* The last client of the bridge's has been closed. */
extern bool none_left;

/* Open the bridge, and what clients need; what never comes ends the program. */
extern void checks_open(int argc, char **argv);

/* A connection, as the command line says. */
extern PGconn *checks_connect(void);

/* A test. */
extern void ok(bool good, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

/* Does the line hold that text? */
extern void holds(const char *line, const char *text, const char *name);

/* The first value of a statement's answer; to be read before the next one. */
extern const char *sql(const char *statement);

/* The end of them, and of the bridge; returns what the program is to exit with. */
extern int	checks_close(void);

#endif							/* TEST_CHECKS_H */
