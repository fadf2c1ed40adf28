/*
 * list_members.h
 *		The members of a group, page by page.
 */
#ifndef SCIM_OPERATION_LIST_MEMBERS_H
#define SCIM_OPERATION_LIST_MEMBERS_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * A ListResponse with a page of the group's members, in the order of type and
 * id: schemas, version (the group's), totalResults, itemsPerPage, Resources,
 * and nextCursor unless it is the last page.  "cursor" NULL or empty: the first
 * page.  Errors: INVALID_COUNT unless count is 1 to scimver.max_page_size,
 * INVALID_CURSOR, EXPIRED_CURSOR, GROUP_NOT_FOUND.
 */
extern Jsonb *scim_store_list_members(const char *tenant, const char *group_id, int count,
									  const char *cursor, bool fresh);

#endif							/* SCIM_OPERATION_LIST_MEMBERS_H */
