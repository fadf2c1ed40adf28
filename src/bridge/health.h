/*
 * health.h
 *		Is the process there, and can it serve?
 */
#ifndef BRIDGE_HEALTH_H
#define BRIDGE_HEALTH_H

#include <event2/event.h>

#include "http.h"

/* Before the first request. */
extern void health_open(struct event_base *base);

/* /healthz: the event loop runs. */
extern void health_handle(HttpExchange *exchange);

/* /readyz: the database answers, and the process does not end. */
extern void ready_handle(HttpExchange *exchange);

#endif							/* BRIDGE_HEALTH_H */
