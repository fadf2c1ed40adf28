/*
 * metrics.h
 *		Counters, gauges and histograms, and how Prometheus reads them.
 *
 * Labels come from fixed tables: what a client sent is never one, and what the tables
 * do not have counts as "other".
 */
#ifndef BRIDGE_METRICS_H
#define BRIDGE_METRICS_H

#include <stdint.h>

#include "buf.h"

/* What metrics_write writes. */
#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* All that is counted; each is a row of a table (metrics.c). */
typedef enum Metric
{
	METRIC_REQUESTS,			/* answered, by transport, route and status */
	METRIC_REQUEST_SECONDS,		/* what they took, by transport and route */
	METRIC_ERRORS,				/* by the code of the error */
	METRIC_CONFLICTS,			/* writes that were refused as the version was another one */
	METRIC_AUTH_FAILURES,		/* by reason */
	METRIC_POOL_SIZE,			/* connections to the database that there may be */
	METRIC_POOL_BUSY,			/* those that work on a request */
	METRIC_POOL_WAITING,		/* requests that wait for one */
	METRIC_DB_SECONDS,			/* what the database took for a statement */
	METRIC_CONNECTIONS,			/* of clients, now */
	METRIC_SUBSCRIPTIONS,		/* of clients, now */
	METRIC_BYTES,				/* of clients' connections, by direction */
	METRICS						/* how many there are */
} Metric;

/* A request was answered, after so many microseconds. */
extern void metrics_request(const char *transport, const char *route, int status,
							uint64_t microseconds);

/* The database has ended a statement, after so many microseconds. */
extern void metrics_database(uint64_t microseconds);

/* A client was told of an error with that code; NULL: of one that has none, of what it sent. */
extern void metrics_error(const char *code);

/* Count one of those that have one label, or none (NULL), so many times more. */
extern void metrics_count(Metric metric, const char *label, uint64_t times);

/* One of those that have no label is so many now. */
extern void metrics_set(Metric metric, uint64_t value);

/* All of them, as text. */
extern void metrics_write(Buf *out);

#endif							/* BRIDGE_METRICS_H */
