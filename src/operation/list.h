/*
 * list.h
 *		Lists of resources, page by page.
 */
#ifndef SCIM_OPERATION_LIST_H
#define SCIM_OPERATION_LIST_H

#include "postgres.h"

#include "operation/list_query.h"
#include "utils/jsonb.h"

/*
 * A ListResponse: schemas, version, Resources, itemsPerPage; by index also
 * totalResults and startIndex; by cursor nextCursor, except in the last page.
 * Where there are more than are counted, totalResults is as far as was counted, or
 * the first row behind the page, if that is further.
 * If the page has the known version: schemas, version, not_modified.
 * Errors: INVALID_FILTER, SENSITIVE, INVALID_PATH, INVALID_VALUE (sort_order),
 * INVALID_CURSOR, EXPIRED_CURSOR, INVALID_COUNT, INVALID_VERSION_FORMAT,
 * TOO_MANY, TOO_LARGE.
 */
extern Jsonb *scim_store_list(const char *type, const char *tenant, const ScimListQuery *query);

#endif							/* SCIM_OPERATION_LIST_H */
