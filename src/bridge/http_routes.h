/*
 * http_routes.h
 *		Which paths there are, and who answers them.
 */
#ifndef BRIDGE_HTTP_ROUTES_H
#define BRIDGE_HTTP_ROUTES_H

#include "http.h"

/* The route for a path, and what of the path is behind it; NULL: there is none (404). */
extern const HttpRoute *http_route(HttpDoor door, ScanSpan path, ScanSpan *rest);

#endif							/* BRIDGE_HTTP_ROUTES_H */
