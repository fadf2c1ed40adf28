/*
 * route.h
 *		Where requests go: endpoints, their methods, and what answers each (RFC 7644 section
 *		3.2).
 */
#ifndef SCIM_REST_ROUTE_H
#define SCIM_REST_ROUTE_H

#include "rest/place.h"

/* A method there; HEAD goes where GET does. */
typedef struct ScimRoute
{
	ScimPlaceKind place;
	const char *method;
	bool		takes_body;
	ScimHttpHandler handler;
} ScimRoute;

/*
 * Finds the route, the type, with the rules of its table's tenant, and the id; false: the
 * answer refuses (404, 405 with Allow).
 */
extern bool scim_find_route(ScimHttpRequest *request, ScimHttpAnswer *answer);

/* Is it sure that nothing is changed there? */
extern bool scim_route_reads(const ScimRoute *route);

#endif							/* SCIM_REST_ROUTE_H */
