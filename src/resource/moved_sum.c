/*
 * moved_sum.c
 *		Count and digest of a group's members before and after a statement on its
 *		memberships.
 */
#include "postgres.h"

#include "resource/member_sum.h"
#include "resource/moved_sum.h"

void
scim_sum_moved_members(const ScimRegistration *groups, const char *tenant, const char *id,
					   const ScimPending *pending, ScimMemberSum *before, ScimMemberSum *after)
{
	scim_sum_members(groups, tenant, id, after);
	*before = *after;
	if (pending == NULL)
		return;
	if (pending->empty)
		*after = (ScimMemberSum) {.known = true};
	else if (pending->recount)
		*before = (ScimMemberSum) {0};
	else
	{
		digest_subtract(before->digest, pending->digest);
		before->count -= pending->count;
	}
}
