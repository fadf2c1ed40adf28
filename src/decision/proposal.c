/*
 * proposal.c
 *		Proposals, as their table has them.
 */
#include "postgres.h"

#include "decision/proposal.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_may_read_proposal);

Datum
scim_may_read_proposal(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not written yet");
}
