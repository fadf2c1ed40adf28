/*
 * own.c
 *		Statements on the extension's own tables.
 */
#include "postgres.h"

#include "registry/cache.h"
#include "registry/extension.h"
#include "statement/own.h"
#include "statement/plans.h"
#include "statement/sql.h"

static char *
own_sql(const char *text)
{
	const char *schema = scim_extension_schema("scimver");

	return psprintf(text, schema, schema, schema, schema);
}

uint64
scim_run_own(const char *text, int nargs, Oid *types, Datum *values, const char *nulls,
			 bool read_only)
{
	char	   *sql = own_sql(text);
	int			result = scim_run_by_index(sql, nargs, types, values, nulls, read_only);

	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
	pfree(sql);
	return SPI_processed;
}

static SPIPlanPtr
find_plan(const char *sql, int nargs, const Oid *types)
{
	ScimPlanName name = {.text = sql};
	SPIPlanPtr	plan = scim_saved_plan(&name);
	uint64		generation;

	if (plan)
		return plan;
	generation = scim_registration_generation();
	plan = scim_prepare(sql, nargs, unconstify(Oid *, types), CURSOR_OPT_GENERIC_PLAN, NULL);
	scim_save_plan(&name, plan, generation);
	return plan;
}

static uint64
run_kept(const char *text, int nargs, const Oid *types, Datum *values, const char *nulls,
		 bool regardless)
{
	char	   *sql = own_sql(text);
	ScimRun		run = {.plan = find_plan(sql, nargs, types), .regardless = regardless};
	int			result = scim_run_compiled(&run, values, nulls);

	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
	pfree(sql);
	return SPI_processed;
}

uint64
scim_write_own(const char *text, int nargs, const Oid *types, Datum *values, const char *nulls)
{
	return run_kept(text, nargs, types, values, nulls, true);
}

uint64
scim_lock_own(const char *text, int nargs, const Oid *types, Datum *values)
{
	return run_kept(text, nargs, types, values, NULL, false);
}

SPIPlanPtr
scim_prepare_own(const char *text, int nargs, Oid *types)
{
	char	   *sql = own_sql(text);
	SPIPlanPtr	plan = scim_prepare_by_index(sql, nargs, types);

	pfree(sql);
	return plan;
}

int64
scim_own_number(int column, bool *isnull)
{
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, isnull);

	return *isnull ? 0 : DatumGetInt64(value);
}
