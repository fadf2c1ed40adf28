/*
 * search.h
 *		Root search: a list over all resource types (RFC 7644 sections 3.4.2.1, 3.4.3),
 *		and SearchRequests, which ask for it, and for lists of one type.
 */
#ifndef SCIM_OPERATION_SEARCH_H
#define SCIM_OPERATION_SEARCH_H

#include "postgres.h"

#include "operation/list.h"
#include "resource/view.h"
#include "utils/jsonb.h"

#define SCIM_URN_SEARCH "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

/* A SearchRequest, read. */
typedef struct ScimSearchRequest
{
	ScimListQuery query;		/* its "view" is the one below */
	ScimView	view;
} ScimSearchRequest;

/*
 * Reads a SearchRequest: schemas, attributes, excludedAttributes, filter, sortBy, sortOrder,
 * startIndex, count, cursor (RFC 9865); in any case, others are ignored.  INVALID_SYNTAX: no
 * object, not the URN in schemas, a name in two spellings; INVALID_VALUE: another type of
 * value, no integer.
 */
extern void scim_read_search_request(Jsonb *request, ScimSearchRequest *search);

/*
 * A ListResponse of the resources of all registered types that the caller may read, or of
 * those that meta.resourceType in the filter leaves, with "version" (operation/list.h).  What a
 * type does not define has no value there.  Sorted across types; where that is equal, by type
 * and id.  Errors: those of scim_store_list; INVALID_FILTER, INVALID_PATH of what no type
 * defines.
 */
extern Jsonb *scim_store_search(const char *tenant, const ScimListQuery *query);

#endif							/* SCIM_OPERATION_SEARCH_H */
