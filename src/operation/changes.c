/*
 * changes.c
 *		What was changed since, page by page.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_changes);

Datum
scim_changes(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
