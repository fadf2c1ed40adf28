/*
 * merge_members.c
 *		The members of a group in a merge.
 */
#include "postgres.h"

#include "operation/merge_members.h"

void
scim_merge_members(ScimWrite *write, ScimSince *since, ScimWriteMerge *result)
{
	result->base_unknown = write->has_members;
}
