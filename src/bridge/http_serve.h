/*
 * http_serve.h
 *		Serving HTTP: what a connection does with what comes.
 */
#ifndef BRIDGE_HTTP_SERVE_H
#define BRIDGE_HTTP_SERVE_H

#include <event2/event.h>

/* Listen as the command line says; ends the process where that cannot be. */
extern void http_open(struct event_base *base);

/* The process is to end: nothing new is taken, what runs is answered within so many seconds. */
extern void http_finish(struct event_base *base, int seconds, void (*none_left) (void));

#endif							/* BRIDGE_HTTP_SERVE_H */
