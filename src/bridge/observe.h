/*
 * observe.h
 *		What is told of requests: to metrics, and to the log.
 */
#ifndef BRIDGE_OBSERVE_H
#define BRIDGE_OBSERVE_H

#include <stdint.h>

#include "request.h"

/* What nobody answered, or was there to read. */
#define STATUS_GONE 499

/* A request of a client's that has been answered. */
typedef struct Observed
{
	const char *transport;		/* how it came: "http", "stdio" */
	const char *method;			/* of HTTP; NULL: it has none, or nobody knows */
	const char *route;			/* who answered it, by a name of ours; NULL: nobody of these */
	int			status;			/* of the answer */
	uint64_t	began;			/* when it came, by clock_us; 0: not as a whole */
	const char *subject;		/* the id of its token; NULL: none */
} Observed;

extern void observe(const Observed *request);

/* The same of one over stdio that asked the database: how that ended, is known of it. */
extern void observe_call(const Request *request, uint64_t began);

#endif							/* BRIDGE_OBSERVE_H */
