/*
 * unfinished_state.c
 *		Goes with the commit that brings what group_state.h says.
 */
#include "postgres.h"

#include "store/group_state.h"

bool
scim_read_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
					  int64 *count, uint8 *digest)
{
	return false;
}

void
scim_sum_members(const ScimRegistration *groups, const char *tenant, const char *id,
				 int64 *count, uint8 *digest)
{
	*count = 0;
	memset(digest, 0, SCIM_DIGEST_SIZE);
}
