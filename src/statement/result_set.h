/*
 * result_set.h
 *		The rows that a function returns as a set.
 */
#ifndef SCIM_STATEMENT_RESULT_SET_H
#define SCIM_STATEMENT_RESULT_SET_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/tuplestore.h"

/* Rows are put there with tuplestore_putvalues; what does not fit into work_mem goes to disk. */
typedef struct ScimResultSet
{
	Tuplestorestate *store;
	TupleDesc	descriptor;
} ScimResultSet;

/* Begins the set that the function, called in FROM, returns. */
extern void scim_begin_result_set(FunctionCallInfo fcinfo, ScimResultSet *result_set);

#endif							/* SCIM_STATEMENT_RESULT_SET_H */
