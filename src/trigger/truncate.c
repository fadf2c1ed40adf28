/*
 * truncate.c
 *		TRUNCATE, as the history has it: one entry for each tenant that had rows.
 *
 * The tenants are looked for one after the other by the index: there may be very
 * many rows, and few tenants.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "history/change.h"
#include "miscadmin.h"
#include "statement/statement.h"
#include "trigger/history.h"
#include "utils/timestamp.h"

/* of this table alone: each of its parts has a trigger of its own */
static const ScimStatement find_tenants = {
	.sql = "WITH RECURSIVE tenants AS ("
	"(SELECT r.{tenant} AS tenant FROM ONLY {table} AS r WHERE r.{tenant} IS NOT NULL"
	" ORDER BY r.{tenant} LIMIT 1)"
	" UNION ALL SELECT (SELECT r.{tenant} FROM ONLY {table} AS r"
	" WHERE r.{tenant} OPERATOR(pg_catalog.>) t.tenant ORDER BY r.{tenant} LIMIT 1)"
	" FROM tenants AS t WHERE t.tenant IS NOT NULL)"
	" SELECT t.tenant FROM tenants AS t WHERE t.tenant IS NOT NULL",
	.as_owner = true,
	.latest = true
};

/* where all rows are of one tenant */
static const ScimStatement find_any = {
	.sql = "SELECT FROM ONLY {table} AS r LIMIT 1",
	.as_owner = true,
	.latest = true
};

static void
record(const ScimRegistration *registration, const char *tenant)
{
	ScimChange	change = {
		.operation = SCIM_HISTORY_TRUNCATE,
		.type = registration->type,
		.tenant = tenant,
		.at = GetCurrentTimestamp()
	};

	scim_write_history(&change);
}

void
scim_record_truncate(const ScimRegistration *registration)
{
	const ScimIdType *type = registration->tenant_type;
	uint64		count;
	SPITupleTable *rows;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	count = scim_run(type ? &find_tenants : &find_any, registration, NULL, NULL, false);
	rows = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		record(registration, type
			   ? scim_id_text(type, SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &isnull))
			   : registration->tenant);
	}
	SPI_finish();
}
