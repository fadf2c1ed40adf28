/*
 * lifetime.h
 *		When the process ends.
 *
 * At the end of its input it finishes the calls under way and exits; SIGTERM
 * and SIGINT give them less time.  Calls that take longer are cancelled.
 */
#ifndef BRIDGE_LIFETIME_H
#define BRIDGE_LIFETIME_H

#include <event2/event.h>

extern void lifetime_open(struct event_base *base);

/* The input has ended. */
extern void lifetime_end_of_input(void);

/* A call has ended, or output has been written: is all done? */
extern void lifetime_changed(void);

#endif							/* BRIDGE_LIFETIME_H */
