/*
 * plans.h
 *		Saved plans, by role (row level security is part of a plan), relation and
 *		what was prepared.
 */
#ifndef SCIM_STATEMENT_PLANS_H
#define SCIM_STATEMENT_PLANS_H

#include "postgres.h"

#include "executor/spi.h"
#include "registry/registration.h"

/* What was prepared: a statement that is a constant, or a text that was compiled. */
typedef struct ScimPlanName
{
	Oid			relid;			/* InvalidOid: of no table in particular */
	Oid			trigger;		/* of a constant one: where the registration stands, as triggers
								 * made by hand may give a table several */
	const struct ScimStatement *statement;	/* NULL for a text */
	const char *text;			/* NULL for a statement */
	bool		own_tenant;		/* prepared for the one tenant of a table without a column for it */
} ScimPlanName;

/* The plan that was saved for the current role, or NULL if there is none that still holds. */
extern SPIPlanPtr scim_saved_plan(const ScimPlanName *name);

/*
 * Keeps a plan that was prepared under "generation" of the registrations; it is
 * freed when it is stale.
 */
extern void scim_save_plan(const ScimPlanName *name, SPIPlanPtr plan, uint64 generation);

/*
 * Prepares a text that is run for the registration (NULL: for none), with the
 * options of SPI_prepare_cursor.  PERMISSION_DENIED for who may not look into the
 * schema of a mapped table.
 */
extern SPIPlanPtr scim_prepare(const char *sql, int nargs, Oid *types, int options,
							   const ScimRegistration *registration);

/* How a plan is to be run. */
typedef struct ScimRun
{
	SPIPlanPtr	plan;
	bool		read_only;		/* under the active snapshot; else under a new one */
	bool		latest;			/* as foreign keys do, it sees what is there now, and fails where
								 * the transaction's snapshot does not */
	bool		regardless;		/* the same, and does not fail */
	const ScimRegistration *mapped; /* not NULL: a privilege that the role lacks is named,
									 * PERMISSION_DENIED in place of 42501 */
} ScimRun;

/* Runs a plan; the result of SPI_execute_plan. */
extern int	scim_run_plan(const ScimRun *run, Datum *values, const char *nulls);

/* The same of a compiled text. */
extern int	scim_run_compiled(const ScimRun *run, Datum *values, const char *nulls);

/* Opens a cursor on a reading plan, under the active snapshot. */
extern Portal scim_open_plan(SPIPlanPtr plan, Datum *values);

#endif							/* SCIM_STATEMENT_PLANS_H */
