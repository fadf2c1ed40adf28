/*
 * result_set.c
 *		The rows that a function returns as a set.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "statement/result_set.h"

void
scim_begin_result_set(FunctionCallInfo fcinfo, ScimResultSet *result_set)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;

	if (result == NULL || !IsA(result, ReturnSetInfo) ||
		(result->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &result_set->descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	result_set->store = tuplestore_begin_heap(true, false, work_mem);
	MemoryContextSwitchTo(old);
	result->returnMode = SFRM_Materialize;
	result->setResult = result_set->store;
	result->setDesc = result_set->descriptor;
}
