/*
 * watch.h
 *		The event loop's side of a connection: its socket and its time limit.
 */
#ifndef BRIDGE_WATCH_H
#define BRIDGE_WATCH_H

#include <stdbool.h>

#include "connection.h"

/* Both callbacks get the connection. */
extern void watch_open(struct event_base *base, event_callback_fn on_event,
					   event_callback_fn on_deadline);

/*
 * Make events for the socket that libpq uses now; it may change while the
 * connection is opened.  They stay until the end (persist), or fire once.
 */
extern void watch_socket(Connection *c, bool persist);

/* Wait for EV_READ, EV_WRITE or both. */
extern void watch_for(Connection *c, short what);

/* Nothing is expected any more: without looking again (see watch_for). */
extern void watch_quietly(Connection *c);

/* Call on_deadline in so many seconds; 0: not any more. */
extern void watch_deadline(Connection *c, int seconds);

extern void watch_end(Connection *c);

#endif							/* BRIDGE_WATCH_H */
