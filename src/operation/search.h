/*
 * search.h
 *		Root search: a list over all resource types (RFC 7644 sections 3.4.2.1, 3.4.3).
 */
#ifndef SCIM_OPERATION_SEARCH_H
#define SCIM_OPERATION_SEARCH_H

#include "postgres.h"

#include "operation/list_query.h"
#include "operation/search_request.h"
#include "utils/jsonb.h"

/*
 * A ListResponse of the resources of all registered types that the caller may read, or of
 * those that meta.resourceType in the filter leaves, with "version" (operation/list.h).  What a
 * type does not define has no value there.  Sorted across types; where that is equal, by type
 * and id (descending: the exact reverse).  Errors: those of scim_store_list; INVALID_FILTER,
 * INVALID_PATH of what no type defines.
 */
extern Jsonb *scim_store_search(const char *tenant, const ScimListQuery *query);

#endif							/* SCIM_OPERATION_SEARCH_H */
