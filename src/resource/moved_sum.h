/*
 * moved_sum.h
 *		Count and digest of a group's members before and after a statement on its
 *		memberships, where they are summed up (member_sum.h).
 */
#ifndef SCIM_RESOURCE_MOVED_SUM_H
#define SCIM_RESOURCE_MOVED_SUM_H

#include "resource/frame.h"

/*
 * Of a group that scim_is_summed, and whose memberships changed as "pending" says
 * (NULL: nobody changed them): what all of this transaction did is in "after".
 * Counted anew, "before" is not known.
 */
extern void scim_sum_moved_members(const ScimRegistration *groups, const char *tenant,
								   const char *id, const ScimPending *pending,
								   ScimMemberSum *before, ScimMemberSum *after);

#endif							/* SCIM_RESOURCE_MOVED_SUM_H */
