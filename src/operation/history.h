/*
 * history.h
 *		The changes of a resource.
 */
#ifndef SCIM_OPERATION_HISTORY_H
#define SCIM_OPERATION_HISTORY_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Changes in a page, unless it is said. */
#define SCIM_DEFAULT_HISTORY_SIZE 20

/*
 * {"entries": [...], "complete", "nextCursor"}: a page of the resource's changes,
 * the newest first.  Under the caller's snapshot, or (fresh) a new one that sees this
 * call's writes; the resource and its history under the same.  Errors beside those of
 * reading: PERMISSION_DENIED (the history is not for the caller), NOT_FOUND of what
 * never was, INVALID_COUNT (below 1; what is more than a page is cut),
 * INVALID_CURSOR, EXPIRED_CURSOR.
 */
extern Jsonb *scim_store_get_history(const char *type, const char *tenant, const char *id,
									 int count, const char *cursor, bool fresh);

#endif							/* SCIM_OPERATION_HISTORY_H */
