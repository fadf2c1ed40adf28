/*
 * patch.h
 *		Patching a resource, and changing the members of a group.
 */
#ifndef SCIM_OPERATION_PATCH_H
#define SCIM_OPERATION_PATCH_H

#include "postgres.h"

#include "operation/written.h"
#include "resource/view.h"
#include "utils/jsonb.h"

/* RFC 7644 section 3.5.2; errors: those of scim_parse_patch and of update. */
extern Jsonb *scim_store_patch(const char *type, const char *tenant, const char *id,
							   Jsonb *operations, const char *expected, const ScimView *view,
							   ScimWritten *report);

/*
 * Adds members to a group and removes others, by their ids, in one step: as
 * sets, so that order and repetition do not matter.  What cannot be an id is no member.
 * Errors: those of update; INVALID_VALUE (no such member; a cycle of groups).
 */
extern Jsonb *scim_store_change_members(const char *tenant, const char *group_id, char **add,
										int add_count, char **remove, int remove_count,
										const char *expected, const ScimView *view,
										ScimWritten *report);

#endif							/* SCIM_OPERATION_PATCH_H */
