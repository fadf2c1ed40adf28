/*
 * http_unsent.h
 *		Answers that clients have not read yet: how much there is of all, and who reads none.
 */
#ifndef BRIDGE_HTTP_UNSENT_H
#define BRIDGE_HTTP_UNSENT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "http_connection.h"

/* Before the first connection; who does not read is told so, and is to be closed by it. */
extern void http_unsent_open(struct event_base *base, void (*idle) (HttpConnection *c));

/* So many bytes of this connection's answers wait now. */
extern void http_unsent_set(HttpConnection *c, size_t bytes);

/* Do more wait, of all, than should? */
extern bool http_unsent_is_much(void);

#endif							/* BRIDGE_HTTP_UNSENT_H */
