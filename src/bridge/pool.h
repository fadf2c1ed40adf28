/*
 * pool.h
 *		Connections to the database, and the calls that wait for one.
 *
 * A call that was submitted comes back exactly once, through call_answered or
 * call_failed, unless pool_drop took it out again.
 */
#ifndef BRIDGE_POOL_H
#define BRIDGE_POOL_H

#include <event2/event.h>
#include <stdbool.h>

#include "request.h"

extern void pool_open(struct event_base *base);

/* Hand in a call. */
extern void pool_submit(Call *call);

/* Take a queued call out again. */
extern void pool_drop(Call *call);

/* Cancel the statement of a call that was sent. */
extern void pool_cancel(Call *call);

/* Send queued calls as far as connections are free. */
extern void pool_dispatch(void);

/* End of the process: fail what is queued, cancel what is under way. */
extern void pool_shut_down(void);

/* Wait for nothing any more: tell what is still under way. */
extern void pool_give_up(void);

/* Close all connections. */
extern void pool_close(void);

#endif							/* BRIDGE_POOL_H */
