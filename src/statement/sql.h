/*
 * sql.h
 *		Statements that are put together at run time, with parameters: values
 *		never become part of a text, except where the text is only shown.
 */
#ifndef SCIM_STATEMENT_SQL_H
#define SCIM_STATEMENT_SQL_H

#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "registry/registration.h"

/* Operators, so that none is looked up in the caller's search_path. */
#define SQL_OP(operator) " OPERATOR(pg_catalog." operator ") "

typedef struct ScimSql
{
	StringInfoData text;
	bool		literals;		/* to be shown: literals in place of parameters */
	char	   *tenant;			/* the tenant as it stands in the text: a parameter, or a literal */
	bool		own_tenant;		/* it is the one tenant of the table */
	int			nargs;
	int			room;			/* of the arrays */
	Oid		   *types;
	Datum	   *values;
	char	   *nulls;			/* as SPI takes them */
} ScimSql;

/* An empty text; its first parameter is the tenant (NULL: it is about none) of the registration. */
extern void scim_init_sql(ScimSql *sql, const ScimRegistration *registration, const char *tenant,
						  bool literals);

/* Another statement with the same parameters, to which more can be added; its text is empty. */
extern void scim_copy_arguments(ScimSql *sql, const ScimSql *from);

/* Appends a parameter and its value, or NULL. */
extern void scim_append_argument(ScimSql *sql, Oid type, Datum value);
extern void scim_append_null(ScimSql *sql, Oid type);
extern void scim_append_text_argument(ScimSql *sql, const char *value);

/* The same for an id of the registration. */
extern void scim_append_id(ScimSql *sql, const ScimRegistration *registration, const char *id);

/* Appends a text, as appendStringInfo does. */
extern void scim_append_format(ScimSql *sql, const char *format, ...) pg_attribute_printf(2, 3);

/* Appends a constant text, with placeholders (see scim_append_statement). */
extern void scim_append_template(ScimSql *sql, const char *text,
								 const ScimRegistration *registration);

/*
 * Runs it, reading, under the active snapshot, within SPI; returns
 * SPI_processed.  "registration" may be NULL.
 */
extern uint64 scim_run_sql(const ScimSql *sql, const ScimRegistration *registration);

/* The same under a new snapshot: a write, or a look-up by key; one plan for all values. */
extern uint64 scim_run_fresh_sql(const ScimSql *sql, const ScimRegistration *registration);

/* The same of a text with placeholders, which are filled in only when it is prepared. */
extern uint64 scim_run_template(const ScimSql *sql, const ScimRegistration *registration);

/*
 * Runs one statement within SPI, as SPI_execute_with_args does, by a plan that
 * looks rows up by indexes, one after the other, wherever there are any:
 * whatever the planner thinks of the sizes of tables.  Returns its result;
 * SPI_processed says how many rows.
 */
extern int	scim_run_by_index(const char *sql, int nargs, Oid *types, Datum *values,
							  const char *nulls, bool read_only);

/* The plan alone, for more than one run: until SPI ends. */
extern SPIPlanPtr scim_prepare_by_index(const char *sql, int nargs, Oid *types);

#endif							/* SCIM_STATEMENT_SQL_H */
