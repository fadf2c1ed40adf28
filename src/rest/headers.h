/*
 * headers.h
 *		The header fields of a request (RFC 9110, RFC 7240).
 */
#ifndef SCIM_REST_HEADERS_H
#define SCIM_REST_HEADERS_H

#include "rest/request.h"

#define SCIM_MEDIA_TYPE "application/scim+json"

/*
 * What Accept takes, and Prefer wants: media_type, returns, atomic of the request.  False:
 * Accept takes neither of our media types, and media_type is the default one.  INVALID_ARGUMENT:
 * the headers are no object, or a field of interest is no string.
 */
extern bool scim_read_headers(ScimHttpRequest *request);

/* Is the body, by its Content-Type, JSON?  Without one it is. */
extern bool scim_sends_json(const ScimHttpRequest *request);

/* If-Match, If-None-Match; false: the answer refuses (400). */
extern bool scim_read_conditions(ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_HEADERS_H */
