/*
 * search.c
 *		Root search: a list over all resource types.
 */
#include "postgres.h"

#include "fmgr.h"
#include "operation/search.h"

PG_FUNCTION_INFO_V1(scim_search);

Jsonb *
scim_store_search(const char *tenant, const ScimListQuery *query)
{
	elog(ERROR, "not yet");
}

Datum
scim_search(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
