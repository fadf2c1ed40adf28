/*
 * route.h
 *		Where requests go: endpoints, their methods, and what answers each (RFC 7644 section
 *		3.2).
 */
#ifndef SCIM_REST_ROUTE_H
#define SCIM_REST_ROUTE_H

#include "rest/request.h"

/* What a path can lead to. */
typedef enum ScimPlaceKind
{
	SCIM_AT_ROOT,				/* / */
	SCIM_AT_ROOT_SEARCH,		/* /.search */
	SCIM_AT_TYPE,				/* /Users */
	SCIM_AT_TYPE_SEARCH,		/* /Users/.search */
	SCIM_AT_RESOURCE,			/* /Users/2819 */
	SCIM_AT_ME,
	SCIM_AT_BULK,
	SCIM_AT_CONFIG,				/* /ServiceProviderConfig */
	SCIM_AT_RESOURCE_TYPES,		/* /ResourceTypes, and one of them: with "id" */
	SCIM_AT_SCHEMAS,
	SCIM_AT_NOTHING
} ScimPlaceKind;

/* A method there; HEAD goes where GET does. */
typedef struct ScimRoute
{
	ScimPlaceKind place;
	const char *method;
	bool		takes_body;
	ScimHttpHandler handler;
} ScimRoute;

/* Where the request's path leads: sets the type, the rules of its table's tenant, and the id. */
extern ScimPlaceKind scim_find_place(ScimHttpRequest *request);

/* The route of the method there; NULL: it is none. */
extern const ScimRoute *scim_find_method(ScimPlaceKind place, const char *method);

/*
 * Finds the route, the type, with the rules of its table's tenant, and the id; false: the
 * answer refuses (404, 405 with Allow).
 */
extern bool scim_find_route(ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_ROUTE_H */
