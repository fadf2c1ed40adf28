/*
 * lists.h
 *		Lists of resources (RFC 7644 sections 3.4.2, 3.4.3).
 */
#ifndef SCIM_REST_LISTS_H
#define SCIM_REST_LISTS_H

#include "rest/request.h"

/*
 * Of a type, or (no type) of all: by the query, or by a SearchRequest.  What an operation
 * refuses is thrown.
 */
extern void scim_http_list(ScimHttpRequest *request, ScimHttpAnswer *answer);
extern void scim_http_search(ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_LISTS_H */
