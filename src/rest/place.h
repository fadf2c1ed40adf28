/*
 * place.h
 *		Where paths lead: endpoints (RFC 7644 section 3.2), and resources.
 */
#ifndef SCIM_REST_PLACE_H
#define SCIM_REST_PLACE_H

#include "rest/request.h"

/* What a path can lead to. */
typedef enum ScimPlaceKind
{
	SCIM_AT_ROOT,				/* / */
	SCIM_AT_ROOT_SEARCH,		/* /.search */
	SCIM_AT_TYPE,				/* /Users */
	SCIM_AT_TYPE_SEARCH,		/* /Users/.search */
	SCIM_AT_RESOURCE,			/* /Users/2819 */
	SCIM_AT_ME,					/* of nobody: else it is the resource */
	SCIM_AT_BULK,
	SCIM_AT_CONFIG,				/* /ServiceProviderConfig */
	SCIM_AT_RESOURCE_TYPES,		/* /ResourceTypes, and one of them: with "id" */
	SCIM_AT_SCHEMAS,
	SCIM_AT_NOTHING
} ScimPlaceKind;

/* Where the request's path leads: sets the type, the rules of its table's tenant, and the id. */
extern ScimPlaceKind scim_find_place(ScimHttpRequest *request);

#endif							/* SCIM_REST_PLACE_H */
