/*
 * search_request.h
 *		SearchRequests (RFC 7644 section 3.4.3), which ask for a list of one type, or of all.
 */
#ifndef SCIM_OPERATION_SEARCH_REQUEST_H
#define SCIM_OPERATION_SEARCH_REQUEST_H

#include "postgres.h"

#include "operation/list_query.h"
#include "utils/jsonb.h"

#define SCIM_URN_SEARCH "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

/* One that was read. */
typedef struct ScimSearchRequest
{
	ScimListQuery query;		/* its "view" is the one below */
	ScimView	view;
} ScimSearchRequest;

/*
 * Reads a SearchRequest: schemas, attributes, excludedAttributes, filter, sortBy, sortOrder,
 * startIndex, count, cursor (RFC 9865); in any case, others are ignored, null and [] are as if
 * left out.  INVALID_SYNTAX: no object, not the URN in schemas, a name in two spellings;
 * INVALID_VALUE: another type of value, no integer.
 */
extern void scim_read_search_request(Jsonb *request, ScimSearchRequest *search);

#endif							/* SCIM_OPERATION_SEARCH_REQUEST_H */
