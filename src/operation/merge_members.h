/*
 * merge_members.h
 *		The members of a group in a merge: a set of whole elements, which never
 *		conflict.
 */
#ifndef SCIM_OPERATION_MERGE_MEMBERS_H
#define SCIM_OPERATION_MERGE_MEMBERS_H

#include "operation/merge.h"

/*
 * Of a group, once the documents are merged: the base's members are those of now with
 * what moved since taken back (since->past.members).  Sets what is left to be done to
 * those of now, and names "members" (scim_name_side) among the paths of each side that
 * changed them; result->base_unknown if mine touches members, and who moved is not kept.
 *
 * Mine is the change as it was parsed: of a patch that of scim_patch_members, as
 * filters may have been matched with the members of now already; of an update
 * write->change.  All that it adds is locked.  Nothing is written, nor changed in the
 * write, which takes the result over afterwards.  "since" is open.
 */
extern void scim_merge_members(ScimWrite *write, ScimSince *since, ScimWriteMerge *result);

#endif							/* SCIM_OPERATION_MERGE_MEMBERS_H */
