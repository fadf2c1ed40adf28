/*
 * members.h
 *		Members of a group, as a client names them, on their way into the
 *		membership table (memberships.h).
 */
#ifndef SCIM_GROUP_MEMBERS_H
#define SCIM_GROUP_MEMBERS_H

#include "base/compat.h"
#include "core/patch.h"
#include "group/memberships.h"

/*
 * Finds the members that are to come to the group (NULL: it is yet to be made),
 * and locks them FOR KEY SHARE in the order of type and id (nesting before those
 * that are groups), before the group itself is locked.  Who does not exist in the
 * tenant, nor in the group already, is left out, and "missing" is one of these.
 * Within SPI.
 */
extern void scim_prepare_members(ScimMembersWrite *write, const char *tenant, const char *group,
								 const ScimMemberChange *change);

/* INVALID_VALUE: there is no such member. */
extern SCIM_NORETURN void scim_throw_no_member(const char *member);

/* Gives the members that are to come, as the client named them, the types that were found. */
extern void scim_find_types(const ScimMembersWrite *write, ScimMember *members, int count);

/* Is it one of those that are to come, and were found? */
extern bool scim_is_to_come(const ScimMembersWrite *write, const ScimMember *member);

/* INVALID_VALUE if the group (NULL: it is yet to be made) would hold itself. */
extern void scim_refuse_self(const ScimMembersWrite *write, const char *group);

#endif							/* SCIM_GROUP_MEMBERS_H */
