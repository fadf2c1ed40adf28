/*
 * pool.h
 *		Connections to the database, and the requests that wait for one.
 *
 * A request that was submitted comes back exactly once, by its "done", unless
 * pool_drop took it out again.
 */
#ifndef BRIDGE_POOL_H
#define BRIDGE_POOL_H

#include <event2/event.h>
#include <stdbool.h>

#include "request.h"

/* No connections yet; they are opened when requests need them. */
extern void pool_open(struct event_base *base);

/* Hand in a request, at the end of its lane. */
extern void pool_submit(Request *request);

/* Take a queued request out again. */
extern void pool_drop(Request *request);

/* Cancel the statement of a request that was sent. */
extern void pool_cancel(Request *request);

/* Wait no longer for a request that was sent: it is told what that means. */
extern void pool_give_up(Request *request);

/* Send queued requests as far as connections are free, and as their lanes are not held. */
extern void pool_dispatch(void);

/* How much it has to do. */
typedef struct PoolState
{
	unsigned int busy;			/* connections that work on a request */
	unsigned int waiting;		/* requests that wait for one */
} PoolState;

extern PoolState pool_state(void);

/* Was the database lost, and has not been reached since? */
extern bool pool_is_cut_off(void);

/* Close all connections. */
extern void pool_close(void);

#endif							/* BRIDGE_POOL_H */
