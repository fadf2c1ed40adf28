/*
 * left_behind.c
 *		scim_left_behind: what a session keeps beyond the transaction, though it should not.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_left_behind);
Datum
scim_left_behind(PG_FUNCTION_ARGS)
{
	PG_RETURN_NULL();
}
