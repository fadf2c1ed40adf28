/*
 * cancel.h
 *		Cancel requests, sent aside because libpq blocks while it sends them.
 */
#ifndef BRIDGE_CANCEL_H
#define BRIDGE_CANCEL_H

#include <event2/event.h>
#include <libpq-fe.h>

/* Called in the event loop when a cancel request has been delivered, or not. */
typedef void (*CancelReturned) (void *owner);

extern void cancel_open(struct event_base *base, CancelReturned returned);

/*
 * Send a cancel request for the connection; owner is handed to the callback.
 * False when that cannot be done; the callback does not come then.
 */
extern bool cancel_send(PGconn *pg, void *owner);

/* The owner's connection is closed: the callback does not come any more. */
extern void cancel_forget(const void *owner);

#endif							/* BRIDGE_CANCEL_H */
