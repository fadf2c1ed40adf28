/*
 * http_routes.c
 *		Which paths there are, and who answers them: a table.
 *
 * Entry point: http_route.
 */
#include "http_routes.h"

#include <string.h>

#include "command_line.h"
#include "health.h"
#include "http_text.h"
#include "metrics_page.h"
#include "scim.h"

/* The path of this one is --scim-base. */
static const char scim_path[] = "";

static const HttpRoute main_routes[] = {
	{"healthz", "/healthz", false, http_text_admit, health_handle, http_text_gone, false},
	{"readyz", "/readyz", false, http_text_admit, ready_handle, http_text_gone, false},
	{"scim", scim_path, true, scim_admit, scim_handle, scim_gone, true},
};

static const HttpRoute metrics_routes[] = {
	{"metrics", "/metrics", false, http_text_admit, metrics_page_handle, http_text_gone, false},
};

/* The routes of a door. */
static const struct
{
	const HttpRoute *routes;
	size_t		count;
}			doors[] = {
	[HTTP_MAIN] = {main_routes, sizeof(main_routes) / sizeof(main_routes[0])},
	[HTTP_METRICS] = {metrics_routes, sizeof(metrics_routes) / sizeof(metrics_routes[0])},
};

/* The path of a route; NULL: it is not served. */
static const char *
path_of(const HttpRoute *route)
{
	return route->path == scim_path ? options.scim_base : route->path;
}

/* Is the path that of the route, or below it?  What is behind it, then. */
static bool
leads_to(const HttpRoute *route, ScanSpan path, ScanSpan *rest)
{
	const char *own = path_of(route);
	size_t		length = own != NULL ? strlen(own) : 0;

	if (own != NULL && strcmp(own, "/") == 0)
		length = 0;				/* all paths are below it */
	if (own == NULL || path.length < length || memcmp(path.start, own, length) != 0)
		return false;
	*rest = (ScanSpan) {path.start + length, path.length - length};
	return rest->length == 0 || (route->below && rest->start[0] == '/');
}

const HttpRoute *
http_route(HttpDoor door, ScanSpan path, ScanSpan *rest)
{
	for (size_t i = 0; i < doors[door].count; i++)
	{
		const HttpRoute *route = &doors[door].routes[i];

		if (leads_to(route, path, rest))
			return route;
	}
	return NULL;
}
