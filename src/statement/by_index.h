/*
 * by_index.h
 *		Statements put together at run time that are to follow indexes.
 */
#ifndef SCIM_STATEMENT_BY_INDEX_H
#define SCIM_STATEMENT_BY_INDEX_H

#include "postgres.h"

/*
 * Runs one statement within SPI, as SPI_execute_with_args does, by a plan that
 * looks rows up by indexes, one after the other, wherever there are any:
 * whatever the planner thinks of the sizes of tables.  Returns its result;
 * SPI_processed says how many rows.
 */
extern int	scim_run_by_index(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls, bool read_only);

#endif							/* SCIM_STATEMENT_BY_INDEX_H */
