/*
 * inspect_table.c
 *		scim_check_table: what is wrong with a registered table.
 *
 * All rows and memberships are read under the snapshot of the calling
 * statement, so that a writer who is at work meanwhile does not look like a
 * mistake.  A row's version is right if it is that of its content; a NULL one is
 * computed on reading, and so never wrong.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "admin/inspect_members.h"
#include "admin/inspect_policies.h"
#include "admin/inspect_registration.h"
#include "admin/problem.h"
#include "admin/visit_rows.h"
#include "base/uri.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "statement/required.h"
#include "statement/result_set.h"
#include "statement/text.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_check_table);

/* ---- what is returned ---- */

static void
list_problem(const ScimProblem *problem, void *argument)
{
	const ScimResultSet *result_set = argument;
	const char *texts[] = {problem->problem, problem->tenant, problem->id,
	problem->stored, problem->computed, problem->detail};
	Datum		values[lengthof(texts)];
	bool		nulls[lengthof(texts)];

	for (size_t i = 0; i < lengthof(texts); i++)
	{
		nulls[i] = texts[i] == NULL;
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
	}
	tuplestore_putvalues(result_set->store, result_set->descriptor, values, nulls);
}

static char *
members_text(const ScimMemberSum *state)
{
	char		digest[BASE64_SIZE(SCIM_DIGEST_SIZE) + 1];

	base64_text(digest, state->digest, SCIM_DIGEST_SIZE);
	return psprintf(INT64_FORMAT " %s", state->count, digest);
}

static void
list_row(const ScimInspectedRow *row, ScimResultSet *result_set)
{
	ScimProblem problem = {.tenant = scim_stored_tenant(row), .id = scim_stored_id(row)};

	if (problem.tenant == NULL)
		problem.tenant = row->registration->tenant;
	if (scim_uri_is_step(problem.id))
	{
		problem.problem = "id";
		problem.detail = SCIM_STEP_PROBLEM;
		list_problem(&problem, result_set);
	}
	if (row->error)
	{
		problem.problem = "content";
		problem.detail = row->error;
		list_problem(&problem, result_set);
		return;
	}
	if (!scim_has_right_members(row))
	{
		problem.problem = "members";
		problem.stored = members_text(&row->stored_members);
		problem.computed = members_text(&row->members);
		problem.detail = "the group's count and digest are not those of its memberships";
		list_problem(&problem, result_set);
	}
	if (!scim_has_right_version(row))
	{
		problem.problem = "version";
		problem.stored = row->row.version;
		problem.computed = row->version;
		problem.detail = "the version is not that of the content";
		list_problem(&problem, result_set);
	}
}

static void
list_rows(ScimInspectedRow *rows, int count, void *argument)
{
	for (int i = 0; i < count; i++)
		list_row(&rows[i], argument);
}

/* ---- rows that nobody can name ---- */

/* They are found by their place only. */
static void
list_nameless(const ScimRegistration *registration, ScimResultSet *result_set)
{
	ScimProblem problem = {.problem = "content"};
	StringInfoData sql;
	SPITupleTable *rows;

	initStringInfo(&sql);
	scim_append_statement(&sql,
						  "SELECT r.tableoid::pg_catalog.regclass, r.ctid, "
						  "{?tenant:r.{tenant}}{!tenant:NULL}"
						  " FROM {table} AS r WHERE ",
						  registration);
	appendStringInfo(&sql, "%s ORDER BY 1, 2", scim_is_nameless_sql(registration));
	if (SPI_execute(sql.data, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\"", sql.data);
	rows = SPI_tuptable;
	for (uint64 i = 0; i < rows->numvals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		problem.tenant = registration->tenant ? registration->tenant
			: SPI_getvalue(rows->vals[i], rows->tupdesc, 3);
		problem.detail = psprintf("the row %s of table %s has no %s: nobody can name it",
								  SPI_getvalue(rows->vals[i], rows->tupdesc, 2),
								  SPI_getvalue(rows->vals[i], rows->tupdesc, 1),
								  problem.tenant ? "id" : "tenant, or no id");
		list_problem(&problem, result_set);
	}
	SPI_freetuptable(rows);
}

/*
 * scim_check_table(relation regclass) -> (problem, tenant_id, resource_id,
 * stored, computed, detail): see the comments of problem.h for the kinds of
 * problems.  Errors: NOT_REGISTERED; PERMISSION_DENIED if row level security
 * would hide rows from the caller.
 */
Datum
scim_check_table(PG_FUNCTION_ARGS)
{
	ScimResultSet result_set;
	ScimTables	tables;
	const ScimRegistration *registration;

	scim_begin_result_set(fcinfo, &result_set);
	tables = scim_tables_of(PG_GETARG_OID(0));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	registration = scim_inspect_registration(&tables, list_problem, &result_set);
	if (registration)
	{
		scim_refuse_hidden_rows(registration);
		scim_visit_rows(registration, false, list_rows, &result_set);
		list_nameless(registration, &result_set);
		if (registration->type->has_members)
			scim_inspect_memberships(registration, list_problem, &result_set);
		scim_inspect_policies(registration->type, list_problem, &result_set);
	}
	SPI_finish();
	return (Datum) 0;
}
