/*
 * procedure.h
 *		Procedures that commit.
 */
#ifndef SCIM_BASE_PROCEDURE_H
#define SCIM_BASE_PROCEDURE_H

#include "postgres.h"

#include "fmgr.h"

/*
 * The procedure of that name commits after each batch of rows: 25001 where its
 * call is a part of a transaction of the caller's.
 */
extern void scim_require_commits(FunctionCallInfo fcinfo, const char *name);

#endif							/* SCIM_BASE_PROCEDURE_H */
