/*
 * procedure.c
 *		Procedures that commit.
 */
#include "postgres.h"

#include "base/procedure.h"
#include "nodes/parsenodes.h"

void
scim_require_commits(FunctionCallInfo fcinfo, const char *name)
{
	const CallContext *context = (const CallContext *) fcinfo->context;

	if (context == NULL || !IsA(context, CallContext) || context->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot run inside a transaction block", name),
				 errdetail("It commits after each batch of rows.")));
}
