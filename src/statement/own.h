/*
 * own.h
 *		Statements on the extension's own tables.
 *
 * Within SPI, and as whoever may: mostly the owner of the table (role.h).  Each %s of
 * a text, four at most, is the schema of the tables, quoted.  Rows are looked up by
 * indexes, as with scim_run_by_index.
 */
#ifndef SCIM_STATEMENT_OWN_H
#define SCIM_STATEMENT_OWN_H

#include "postgres.h"

#include "executor/spi.h"

/*
 * Runs one: how many rows it returned, or wrote.  "nulls" as SPI has it.  What it
 * returned is in SPI_tuptable; the caller frees that, as SPI keeps it until its end.
 */
extern uint64 scim_run_own(const char *text, int nargs, Oid *types, Datum *values,
						   const char *nulls, bool read_only);

/*
 * The same of a write that sees, and writes, what is there now, whatever snapshot the
 * transaction keeps: for rows that nobody else writes meanwhile.  Its plan is kept.
 */
extern uint64 scim_write_own(const char *text, int nargs, const Oid *types, Datum *values,
							 const char *nulls);

/*
 * The same under the transaction's snapshot, if it keeps one: what is newer fails (40001).
 */
extern uint64 scim_lock_own(const char *text, int nargs, const Oid *types, Datum *values);

/* The plan alone, for more than one run: until SPI ends. */
extern SPIPlanPtr scim_prepare_own(const char *text, int nargs, Oid *types);

/* A number in that column of the first row that was returned; 0, if it is NULL. */
extern int64 scim_own_number(int column, bool *isnull);

#endif							/* SCIM_STATEMENT_OWN_H */
