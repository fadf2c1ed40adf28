/*
 * open_proposals.h
 *		Proposals that wait for a decision, as clients of MCP come upon them.
 */
#ifndef SCIM_TOOLS_OPEN_PROPOSALS_H
#define SCIM_TOOLS_OPEN_PROPOSALS_H

#include "base/jsonb_tree.h"

/*
 * Begins a walk over a page of those that the caller may see, the newest first; the cursor of
 * the next one, or NULL.  Errors: those of scim_store_list_proposals.
 */
extern char *scim_walk_open_proposals(ScimWalk *walk, const char *cursor);

#endif							/* SCIM_TOOLS_OPEN_PROPOSALS_H */
