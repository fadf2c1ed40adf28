/*
 * statement.c
 *		Running the statements that the rooms above define.
 *
 * A text is prepared once per role (row level security is part of a plan) and
 * table, and again when a registration changes.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "statement/parameters.h"
#include "statement/plans.h"
#include "statement/role.h"
#include "statement/statement.h"
#include "statement/text.h"
#include "utils/memutils.h"

/* The type of a parameter for a table. */
static Oid
parameter_type(Oid type, const ScimRegistration *registration)
{
	switch (type)
	{
		case SCIM_TENANT_PARAMETER:
			return scim_tenant_parameter(registration);
		case SCIM_ID_PARAMETER:
			return registration->id_type->type;
		case SCIM_IDS_PARAMETER:
			return registration->id_type->array;
		case SCIM_MEMBER_PARAMETER:
			return registration->member_type->type;
		case SCIM_MEMBERS_PARAMETER:
			return registration->member_type->array;
		case SCIM_MEMBERS_TENANT_PARAMETER:
			return scim_tenant_parameter(scim_members_table());
		case SCIM_GROUP_ID_PARAMETER:
			return scim_members_table()->id_type->type;
		case SCIM_GROUP_IDS_PARAMETER:
			return scim_members_table()->id_type->array;
		default:
			return type;
	}
}

/* Is it run for the one tenant of the table? */
static bool
is_of_own_tenant(const ScimStatement *statement, const ScimRegistration *registration,
				 const Datum *values, const char *nulls)
{
	return statement->types[0] == SCIM_TENANT_PARAMETER && !(nulls && nulls[0] == 'n') &&
		scim_is_own_tenant(registration, values[0]);
}

static SPIPlanPtr
prepare(const ScimStatement *statement, const ScimRegistration *registration, bool own_tenant)
{
	StringInfoData sql;
	Oid			types[SCIM_MOST_PARAMETERS];
	int			nargs = 0;
	SPIPlanPtr	plan;

	for (; nargs < SCIM_MOST_PARAMETERS && statement->types[nargs]; nargs++)
		types[nargs] = parameter_type(statement->types[nargs], registration);
	initStringInfo(&sql);
	scim_append_statement_for(&sql, statement->sql, registration,
							  own_tenant ? scim_own_tenant_sql(registration) : "$1");
	plan = scim_prepare(sql.data, nargs, types, CURSOR_OPT_GENERIC_PLAN, registration);
	pfree(sql.data);
	return plan;
}

static SPIPlanPtr
find_plan(const ScimStatement *statement, const ScimRegistration *registration,
		  const Datum *values, const char *nulls)
{
	ScimPlanName name = {
		.relid = registration->relid,
		.trigger = registration->trigger,
		.statement = statement,
		.own_tenant = is_of_own_tenant(statement, registration, values, nulls)
	};
	SPIPlanPtr	plan;
	uint64		generation;

	plan = scim_saved_plan(&name);
	if (plan)
		return plan;
	/* preparing may run anything, also what makes it stale at once */
	generation = scim_registration_generation();
	plan = prepare(statement, registration, name.own_tenant);
	scim_save_plan(&name, plan, generation);
	return plan;
}

static int
execute(const ScimStatement *statement, const ScimRegistration *registration,
		Datum *values, const char *nulls, bool read_only)
{
	ScimRun		run = {0};

	run.plan = find_plan(statement, registration, values, nulls);
	run.read_only = read_only;
	run.latest = statement->latest;
	run.mapped = registration->storage->explains_denial ? registration : NULL;
	return scim_run_plan(&run, values, nulls);
}

static void
take_role(const ScimStatement *statement, const ScimRegistration *registration, ScimRole *old)
{
	if (statement->as_owner)
		scim_act_as(registration->owner, old);
	else
	{
		GetUserIdAndSecContext(&old->role, &old->context);
		old->nesting = 0;
	}
}

uint64
scim_run(const ScimStatement *statement, const ScimRegistration *registration,
		 Datum *values, const char *nulls, bool read_only)
{
	ScimRole	old;
	int			result;

	take_role(statement, registration, &old);
	result = execute(statement, registration, values, nulls, read_only);
	scim_act_as_before(&old);
	if (result < 0)
		elog(ERROR, "\"%s\" failed: %s", statement->sql, SPI_result_code_string(result));
	return SPI_processed;
}

/* How many rows of a scan are held at once. */
#define SCANNED_ROWS 1000

void
scim_scan(const ScimStatement *statement, const ScimRegistration *registration, Datum *values,
		  void (*take) (HeapTuple tuple, TupleDesc descriptor, void *argument), void *argument)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext per_row = AllocSetContextCreate(caller, "scimver scanned row",
												  ALLOCSET_SMALL_SIZES);
	ScimRole	old;
	Portal		portal;
	uint64		count;

	take_role(statement, registration, &old);
	portal = scim_open_plan(find_plan(statement, registration, values, NULL), values);
	do
	{
		SPITupleTable *rows;

		SPI_cursor_fetch(portal, true, SCANNED_ROWS);
		MemoryContextSwitchTo(caller);
		rows = SPI_tuptable;
		count = SPI_processed;
		for (uint64 i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextSwitchTo(per_row);
			take(rows->vals[i], rows->tupdesc, argument);
			MemoryContextSwitchTo(caller);
			MemoryContextReset(per_row);
		}
		SPI_freetuptable(rows);
	} while (count > 0);
	SPI_cursor_close(portal);
	scim_act_as_before(&old);
	MemoryContextDelete(per_row);
}
