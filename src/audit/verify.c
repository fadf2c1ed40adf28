/*
 * verify.c
 *		Verifies the sealed history.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_verify_history);

Datum
scim_verify_history(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
