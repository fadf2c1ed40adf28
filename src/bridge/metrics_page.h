/*
 * metrics_page.h
 *		/metrics, of the listener of --metrics.
 */
#ifndef BRIDGE_METRICS_PAGE_H
#define BRIDGE_METRICS_PAGE_H

#include "http.h"

/* What the route does (http.h). */
extern void metrics_page_handle(HttpExchange *exchange);

#endif							/* BRIDGE_METRICS_PAGE_H */
