/*
 * watch.h
 *		The event loop's side of a connection: its socket and its time limit.
 */
#ifndef BRIDGE_WATCH_H
#define BRIDGE_WATCH_H

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdbool.h>

typedef struct Watch
{
	void	   *owner;			/* the connection: what both callbacks get */
	struct event *readable;		/* the server sent something */
	struct event *writable;		/* the server takes something */
	struct event *deadline;		/* it takes too long: to open, to answer, or to be cancelled */
} Watch;

/* Before the first one: whom all connections' events are for. */
extern void watch_open(struct event_base *base, event_callback_fn on_event,
					   event_callback_fn on_deadline);

/*
 * Make events for the socket that libpq uses now; it may change while the
 * connection is opened.  They stay until the end (persist), or fire once.
 */
extern void watch_socket(Watch *watch, PGconn *pg, bool persist);

/* Wait for EV_READ, EV_WRITE or both. */
extern void watch_for(Watch *watch, PGconn *pg, short what);

/* Nothing is expected any more: without looking again (see watch_for). */
extern void watch_quietly(Watch *watch, PGconn *pg);

/* Call on_deadline in so many seconds; 0: not any more. */
extern void watch_deadline(Watch *watch, int seconds);

/* Forget all of it. */
extern void watch_end(Watch *watch);

#endif							/* BRIDGE_WATCH_H */
