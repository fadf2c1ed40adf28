/*
 * resources.h
 *		Requests for one resource (RFC 7644 sections 3.3, 3.4.1, 3.5, 3.6).
 */
#ifndef SCIM_REST_RESOURCES_H
#define SCIM_REST_RESOURCES_H

#include "rest/request.h"

/* Each answers a request of that kind; what an operation refuses is thrown. */
extern void scim_http_create(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_get(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_replace(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_patch(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_delete(ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_RESOURCES_H */
