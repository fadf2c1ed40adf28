/*
 * repair_table.c
 *		scim_repair_table: mends what scim_check_table finds, where that can be
 *		done.
 *
 * First the triggers are made or enabled, so that nothing goes wrong any more.
 * Then rows that are wrong are locked, read again and written, in the order in
 * which all lock; revision, created and lastModified stay: nobody changed the
 * resource now.  What was never filled is left to scim_backfill.
 */
#include "postgres.h"

#include "admin/inspect_registration.h"
#include "admin/mend.h"
#include "admin/visit_rows.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "trigger/refill.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(scim_repair_table);

/* ---- triggers ---- */

/* Returns how many were mended. */
static uint64
mend_triggers(const ScimTables *tables)
{
	List	   *mends = NIL;

	(void) scim_inspect_registration(tables, scim_collect_mend, &mends);
	return scim_run_mends(mends);
}

/* ---- rows ---- */

typedef struct Repair
{
	const ScimRegistration *registration;
	uint64		mended;
} Repair;

static void
repair_rows(ScimInspectedRow *rows, int count, void *argument)
{
	Repair	   *repair = argument;
	ScimRefill	result;
	Datum		keys[2];
	int			wrong = 0;

	for (int i = 0; i < count; i++)
	{
		if (rows[i].error == NULL &&
			!(scim_has_right_version(&rows[i]) && scim_has_right_members(&rows[i])))
			rows[wrong++] = rows[i];
	}
	if (wrong == 0)
		return;
	scim_stored_keys(rows, wrong, keys);
	scim_refill_rows(repair->registration, keys, &result);
	repair->mended += result.written;
}

/*
 * scim_repair_table(relation regclass) -> bigint, how many rows and triggers
 * were mended.  Errors: NOT_REGISTERED, INVALID_MAPPING (the mapping cannot be
 * read), PERMISSION_DENIED if row level security would hide rows.
 */
Datum
scim_repair_table(PG_FUNCTION_ARGS)
{
	ScimTables	tables = scim_tables_of(PG_GETARG_OID(0));
	Repair		repair = {0};

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	repair.mended = mend_triggers(&tables);
	repair.registration = scim_find_table(tables.type);
	if (repair.registration)
	{
		scim_refuse_hidden_rows(repair.registration);
		PushActiveSnapshot(GetTransactionSnapshot());
		scim_visit_rows(repair.registration, true, repair_rows, &repair);
		PopActiveSnapshot();
	}
	SPI_finish();
	PG_RETURN_INT64(repair.mended);
}
