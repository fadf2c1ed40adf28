/*
 * seal.h
 *		Seals of the history, every --seal SECONDS.
 */
#ifndef BRIDGE_SEAL_H
#define BRIDGE_SEAL_H

#include <event2/event.h>

/* Begin with them, unless the command line wants none. */
extern void seal_open(struct event_base *base);

#endif							/* BRIDGE_SEAL_H */
