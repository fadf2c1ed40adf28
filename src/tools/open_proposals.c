/*
 * open_proposals.c
 *		Proposals that wait for a decision, as clients of MCP come upon them.
 */
#include "postgres.h"

#include "operation/cursor.h"
#include "operation/proposals.h"
#include "tools/open_proposals.h"

char *
scim_walk_open_proposals(ScimWalk *walk, const char *cursor)
{
	ScimProposalsQuery query = {
		.status = "open",
		.cursor = cursor,
		.count = SCIM_DEFAULT_PAGE_SIZE
	};
	Jsonb	   *page = scim_store_list_proposals(&query);
	JsonbValue	value;

	if (!scim_find(&page->root, "proposals", &value))
		elog(ERROR, "no proposals in a page of them");
	scim_walk(walk, value.val.binary.data);
	return scim_find(&page->root, "nextCursor", &value) ? scim_string_copy(&value) : NULL;
}
