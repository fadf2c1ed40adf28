/*
 * patch.h
 *		Patching a resource, and changing the members of a group.
 */
#ifndef SCIM_OPERATION_PATCH_H
#define SCIM_OPERATION_PATCH_H

#include "operation/write.h"

/* RFC 7644 section 3.5.2; errors: those of scim_parse_patch and of update. */
extern void scim_store_patch(const ScimWriteOptions *options, Jsonb *operations,
							 ScimWriteResult *result);

/* Its steps, of a write that has begun (scim_write_run runs the second). */
extern void scim_prepare_patch(ScimWrite *write, Jsonb *operations);
extern void scim_write_patch(void *argument);

/* Ids as they are given, of whatever type. */
typedef struct ScimGivenIds
{
	char	  **texts;
	int			count;
} ScimGivenIds;

/*
 * Adds members to a group and removes others, by their ids, in one step: as
 * sets, so that order and repetition do not matter.  What cannot be an id is no
 * member.  The options' type is one that has members.  Errors: those of update;
 * INVALID_VALUE (no such member; a cycle of groups).
 */
extern void scim_store_change_members(const ScimWriteOptions *options, const ScimGivenIds *add,
									  const ScimGivenIds *remove, ScimWriteResult *result);

#endif							/* SCIM_OPERATION_PATCH_H */
