/*
 * shown.h
 *		Resources and messages as HTTP shows them.
 */
#ifndef SCIM_REST_SHOWN_H
#define SCIM_REST_SHOWN_H

#include "rest/request.h"

/* The JSON of a resource or a message (a tree, or binary), ready to be sent. */
extern text *scim_http_body(const JsonbValue *value);

/*
 * A resource that was asked for with "_version" (ScimView), as HTTP shows it: without that,
 * and where meta.version stands, as an ETag.  A tree; *etag (unless NULL) is set.
 */
extern JsonbValue *scim_http_resource(const JsonbValue *resource, char **etag);

#endif							/* SCIM_REST_SHOWN_H */
