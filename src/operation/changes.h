/*
 * changes.h
 *		What was changed in a tenant since a reader looked last.
 */
#ifndef SCIM_OPERATION_CHANGES_H
#define SCIM_OPERATION_CHANGES_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Changes in a page, unless it is said. */
#define SCIM_DEFAULT_CHANGES_SIZE 100

/* The cursor of all that is kept; of nothing, but what comes from now on. */
#define SCIM_CHANGES_FROM_OLDEST ""
#define SCIM_CHANGES_FROM_NOW "now"

/*
 * {"changes": [...], "nextCursor", "more"}: a page of what was committed in the
 * tenant behind the cursor (NULL: as an empty one), of a resource type, or (NULL) of
 * all that the caller may read.  Each change comes once, those of one resource in
 * the order in which they happened; "more": the next call finds some at once.
 * briefly: of each only resource_type, resource_id and version are told.
 * Under a new snapshot, or in REPEATABLE READ under the transaction's; what the
 * transaction itself has written comes after its commit.
 *
 * Errors: NOT_REGISTERED, TENANT_FORBIDDEN, PERMISSION_DENIED (the history is not
 * for the caller), INVALID_COUNT (below 1; what is more than a page is cut),
 * INVALID_CURSOR, EXPIRED_CURSOR (of before a restore, or what was behind it is not
 * kept any more), and those of scim_history_server.
 */
extern Jsonb *scim_store_changes(const char *cursor, int count, const char *resource_type,
								 const char *tenant, bool briefly);

#endif							/* SCIM_OPERATION_CHANGES_H */
