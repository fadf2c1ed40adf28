/*
 * transport_stdio.h
 *		The transport of the one client that started the process: standard input and
 *		output.
 */
#ifndef BRIDGE_TRANSPORT_STDIO_H
#define BRIDGE_TRANSPORT_STDIO_H

#include <event2/event.h>

#include "transport.h"

/* Standard input and output; the process ends when it cannot write there. */
extern Transport *transport_stdio_open(struct event_base *base);

#endif							/* BRIDGE_TRANSPORT_STDIO_H */
