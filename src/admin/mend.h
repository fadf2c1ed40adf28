/*
 * mend.h
 *		DDL that mends what was found to be wrong with a registered table.
 */
#ifndef SCIM_ADMIN_MEND_H
#define SCIM_ADMIN_MEND_H

#include "admin/problem.h"
#include "nodes/pg_list.h"

/* A ScimReportProblem: the argument is a List ** of char *, which a problem's DDL joins. */
extern void scim_collect_mend(const ScimProblem *problem, void *argument);

/* Runs them one by one, and returns how many.  Within SPI. */
extern uint64 scim_run_mends(const List *mends);

#endif							/* SCIM_ADMIN_MEND_H */
