/*
 * transport_pair.h
 *		A transport on one end of a socket pair, for tests.
 */
#ifndef TEST_TRANSPORT_PAIR_H
#define TEST_TRANSPORT_PAIR_H

#include <event2/event.h>
#include <stdbool.h>

#include "transport.h"

/* The socket becomes the transport's; *closed becomes true when it ends. */
extern Transport *transport_pair_open(struct event_base *base, int fd, bool *closed);

#endif							/* TEST_TRANSPORT_PAIR_H */
