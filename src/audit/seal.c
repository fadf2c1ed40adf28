/*
 * seal.c
 *		Seals what is new in the history.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_seal_history);

Datum
scim_seal_history(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
