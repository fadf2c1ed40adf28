/*
 * history_version.h
 *		A resource as it was, and what two versions of it differ in.
 *
 * Under the caller's snapshot, or (fresh) a new one, as scim_store_get_history, and
 * with the errors that are not of a page; INVALID_VERSION_FORMAT, VERSION_NOT_FOUND.
 */
#ifndef SCIM_OPERATION_HISTORY_VERSION_H
#define SCIM_OPERATION_HISTORY_VERSION_H

#include "postgres.h"

#include "resource/view.h"
#include "utils/jsonb.h"

/* The resource as it was. */
extern Jsonb *scim_store_get_version(const char *type, const char *tenant, const char *id,
									 const char *version, const ScimView *view, bool fresh);

/* {"from", "to", "changes": [...]}; "to" NULL: as it is now. */
extern Jsonb *scim_store_diff(const char *type, const char *tenant, const char *id,
							  const char *from, const char *to, bool fresh);

#endif							/* SCIM_OPERATION_HISTORY_VERSION_H */
