/*
 * opening.h
 *		How a connection is opened: with what, how long, and on which server.
 */
#ifndef BRIDGE_OPENING_H
#define BRIDGE_OPENING_H

#include <stdbool.h>

#include "watch.h"

/*
 * Begin: libpq's side of the new connection, in the state CONNECTION_BAD when
 * that failed at once (PQerrorMessage says why).  seeking: it opens only where
 * the server can be written to.
 */
extern PGconn *opening_start(Watch *watch, const char *application, bool *seeking);

/* Go on; true when that has come to an end, good (PQstatus) or bad. */
extern bool opening_go_on(Watch *watch, PGconn *pg);

/*
 * It takes too long.  Of several hosts, the first is tried last from now on:
 * libpq, used without blocking, would wait for it each time.
 */
extern void opening_pass_over(PGconn *pg);

/*
 * It failed: true when it had only been opened if the server could be written
 * to, and the next attempt takes any: it should come at once.
 */
extern bool opening_may_repeat(bool seeking);

/*
 * A server was met that cannot be written to.  From now on other servers that
 * the connection string names are tried first, unless it says itself which.
 */
extern void opening_seek_primary(void);

#endif							/* BRIDGE_OPENING_H */
