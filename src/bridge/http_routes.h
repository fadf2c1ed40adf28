/*
 * http_routes.h
 *		Which paths there are, and who answers them.
 */
#ifndef BRIDGE_HTTP_ROUTES_H
#define BRIDGE_HTTP_ROUTES_H

#include "http.h"

/* Who can be reached by a listener: the main one, or that of --metrics. */
typedef enum HttpDoor
{
	HTTP_MAIN,
	HTTP_METRICS
}			HttpDoor;

/* The route for a path, and what of the path is behind it; NULL: there is none (404). */
extern const HttpRoute *http_route(HttpDoor door, ScanSpan path, ScanSpan *rest);

#endif							/* BRIDGE_HTTP_ROUTES_H */
