/*
 * listening.h
 *		A connection of its own that hears what writers notify.
 */
#ifndef BRIDGE_LISTENING_H
#define BRIDGE_LISTENING_H

#include <event2/event.h>
#include <stdbool.h>

typedef struct ListeningHandlers
{
	void		(*heard) (void);	/* something was notified */
	void		(*changed) (void);	/* it has begun to listen, or does not any more */
} ListeningHandlers;

/* It is not wanted yet. */
extern void listening_open(struct event_base *base, const ListeningHandlers *handlers);

/* Listen, as far as that is possible, or do not. */
extern void listening_want(bool wanted);

/* Does it listen? */
extern bool listening_is_on(void);

#endif							/* BRIDGE_LISTENING_H */
