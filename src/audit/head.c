/*
 * head.c
 *		The last seal of a tenant.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_history_head);

Datum
scim_history_head(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
