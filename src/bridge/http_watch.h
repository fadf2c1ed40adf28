/*
 * http_watch.h
 *		The end of connections that are not read from.
 */
#ifndef BRIDGE_HTTP_WATCH_H
#define BRIDGE_HTTP_WATCH_H

#include <event2/event.h>

/* Before the first one; ended is told once of each that ends. */
extern void http_watch_open(struct event_base *base, void (*ended) (void *arg));

/* Watch this socket; no more. */
extern void http_watch_begin(int fd, void *arg);
extern void http_watch_end(int fd);

#endif							/* BRIDGE_HTTP_WATCH_H */
