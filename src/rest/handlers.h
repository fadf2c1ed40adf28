/*
 * handlers.h
 *		What answers requests.
 */
#ifndef SCIM_REST_HANDLERS_H
#define SCIM_REST_HANDLERS_H

#include "rest/http.h"

/* resources.c: one resource */
extern void scim_http_create(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_get(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_replace(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_patch(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_delete(ScimHttpRequest *request, ScimHttpAnswer *answer);

/* lists.c: of a type, or (no type) of all; by the query, or by a SearchRequest */
extern void scim_http_list(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_search(ScimHttpRequest *request, ScimHttpAnswer *answer);

/* discovery.c */
extern void scim_http_config(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_resource_types(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_schemas(ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_HANDLERS_H */
