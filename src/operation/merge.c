/*
 * merge.c
 *		A write whose expected version is stale, merged into what is there now.
 */
#include "postgres.h"

#include "operation/merge.h"

void
scim_write_take_merge(ScimWrite *write, const ScimWriteOptions *options)
{
}

void
scim_try_merge(ScimWrite *write, ScimSince *since, ScimWriteMerge *result)
{
	memset(result, 0, sizeof(ScimWriteMerge));
}

List *
scim_name_side(List *paths, const char *attribute)
{
	return lappend(paths, unconstify(char *, attribute));
}
