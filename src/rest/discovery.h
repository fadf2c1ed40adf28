/*
 * discovery.h
 *		What clients discover (RFC 7644 section 4).
 */
#ifndef SCIM_REST_DISCOVERY_H
#define SCIM_REST_DISCOVERY_H

#include "rest/request.h"

/* /ServiceProviderConfig, /ResourceTypes, /Schemas; of the latter two also one, by "id". */
extern void scim_http_config(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_resource_types(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_schemas(ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_DISCOVERY_H */
