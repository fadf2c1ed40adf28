/*
 * history.h
 *		Reading what resources were.
 *
 * Of all: under the caller's snapshot, or (fresh) under a new one that sees this
 * call's writes; the resource and its history under the same.  Errors beside those
 * of reading: PERMISSION_DENIED (the history is not for the caller); NOT_FOUND of
 * what never was.
 */
#ifndef SCIM_OPERATION_HISTORY_H
#define SCIM_OPERATION_HISTORY_H

#include "postgres.h"

#include "resource/view.h"
#include "utils/jsonb.h"

/* Changes in a page, unless it is said. */
#define SCIM_DEFAULT_HISTORY_SIZE 20

/*
 * {"entries": [...], "complete", "nextCursor"}: a page of the resource's changes,
 * the newest first.  INVALID_COUNT (below 1; what is more than a page is cut),
 * INVALID_CURSOR, EXPIRED_CURSOR.
 */
extern Jsonb *scim_store_get_history(const char *type, const char *tenant, const char *id,
									 int count, const char *cursor, bool fresh);

/* The resource as it was.  INVALID_VERSION_FORMAT, VERSION_NOT_FOUND. */
extern Jsonb *scim_store_get_version(const char *type, const char *tenant, const char *id,
									 const char *version, const ScimView *view, bool fresh);

/* {"from", "to", "changes": [...]}; "to" NULL: as it is now.  The same errors. */
extern Jsonb *scim_store_diff(const char *type, const char *tenant, const char *id,
							  const char *from, const char *to, bool fresh);

#endif							/* SCIM_OPERATION_HISTORY_H */
