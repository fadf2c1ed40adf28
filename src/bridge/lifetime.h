/*
 * lifetime.h
 *		When the process ends: with its last session, or by SIGTERM and SIGINT.
 */
#ifndef BRIDGE_LIFETIME_H
#define BRIDGE_LIFETIME_H

#include <event2/event.h>

/* Watch for signals. */
extern void lifetime_open(struct event_base *base);

/* Leave the event loop: there is no session left. */
extern void lifetime_end(void);

#endif							/* BRIDGE_LIFETIME_H */
