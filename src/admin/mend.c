/*
 * mend.c
 *		DDL that mends what was found to be wrong with a registered table.
 */
#include "postgres.h"

#include "access/xact.h"
#include "admin/mend.h"
#include "miscadmin.h"
#include "statement/ddl.h"

void
scim_collect_mend(const ScimProblem *problem, void *argument)
{
	List	  **mends = argument;

	if (problem->mend)
		*mends = lappend(*mends, pstrdup(problem->mend));
}

uint64
scim_run_mends(const List *mends)
{
	static const ScimWord no_words[] = {{NULL}};
	ListCell   *cell;

	foreach(cell, mends)
	{
		CHECK_FOR_INTERRUPTS();
		scim_run_ddl(lfirst(cell), no_words);
		CommandCounterIncrement();
	}
	return list_length(mends);
}
