/*
 * instructions.h
 *		How to use the tools, as the database says it.
 *
 * Kept for as long as the list of tools is good.  Nobody waits long for them: a
 * neutral sentence stands in for what the database cannot say in time.
 */
#ifndef BRIDGE_INSTRUCTIONS_H
#define BRIDGE_INSTRUCTIONS_H

#include <event2/event.h>

#include "request.h"

/* How long a client may wait for them, in milliseconds. */
#define INSTRUCTIONS_PATIENCE_MS 2000

/* Before the first request. */
extern void instructions_open(struct event_base *base);

/* Are there any that are not too old? */
extern bool instructions_are_kept(void);

/*
 * Answer the request with them: at once where they are kept, else after a look,
 * and with the neutral sentence when that fails, takes too long, or has done so for
 * another one already.
 */
extern void instructions_resolve(Request *request);

#endif							/* BRIDGE_INSTRUCTIONS_H */
