/*
 * sealer.c
 *		What the last call of scim_seal_history saw: the row of scim_history_sealer.
 */
#include "postgres.h"

#include "audit/sealer.h"
#include "audit/seals.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/plans.h"
#include "utils/builtins.h"
#include "utils/xid8.h"

/* The columns of its row, as both statements have them. */
enum
{
	SYSTEM_IDENTIFIER,
	DATABASE_OID,
	FLOOR,
	SNAPSHOT,
	SEQ,
	NEXT_XID,
	COLUMNS
};

/* ---- snapshots as text: pg_snapshot's own structure is not for us ---- */

static bool
read_number(const char **at, char behind, uint64 *number)
{
	char	   *end;

	*number = strtoull(*at, &end, 10);
	if (end == *at || (*end != behind && *end != '\0'))
		return false;
	*at = *end == '\0' ? end : end + 1;
	return true;
}

/* xmin:xmax:xid,xid,... */
static bool
read_snapshot(const char *text, ScimSeen *seen)
{
	int			most = 1;

	for (const char *p = text; *p != '\0'; p++)
		most += *p == ',';
	seen->running = palloc(most * sizeof(uint64));
	seen->running_count = 0;
	if (!read_number(&text, ':', &seen->xmin) || !read_number(&text, ':', &seen->xmax))
		return false;
	while (*text != '\0')
	{
		if (!read_number(&text, ',', &seen->running[seen->running_count++]))
			return false;
	}
	return true;
}

static char *
snapshot_text(const ScimSeen *seen)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, UINT64_FORMAT ":" UINT64_FORMAT ":", seen->xmin, seen->xmax);
	for (int i = 0; i < seen->running_count; i++)
		appendStringInfo(&text, "%s" UINT64_FORMAT, i > 0 ? "," : "", seen->running[i]);
	return text.data;
}

/* ---- reading ---- */

void
scim_throw_no_sealer(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" does not say what was sealed", "scim_history_sealer"),
			 errdetail("It has one row, without NULLs, or, as long as there are no seals, none."),
			 errhint("Give it back what it held.")));
}

/* SPI's memory goes with its end, and "seen" must not. */
static void
read_row(HeapTuple row, TupleDesc descriptor, ScimSeen *seen)
{
	Datum		values[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
	{
		bool		isnull;

		values[i] = SPI_getbinval(row, descriptor, i + 1, &isnull);
		if (isnull)
			scim_throw_no_sealer();
	}
	seen->server.system_identifier = (uint64) DatumGetInt64(values[SYSTEM_IDENTIFIER]);
	seen->server.database = DatumGetObjectId(values[DATABASE_OID]);
	seen->server.floor = DatumGetInt64(values[FLOOR]);
	seen->seq = DatumGetInt64(values[SEQ]);
	seen->next = U64FromFullTransactionId(DatumGetFullTransactionId(values[NEXT_XID]));
	if (!read_snapshot(TextDatumGetCString(values[SNAPSHOT]), seen))
		scim_throw_no_sealer();
}

/* Casts are there for an owner who changed a type: what was read is what is said. */
bool
scim_read_sealer(ScimSeen *seen)
{
	uint64		count = scim_run_own("SELECT s.system_identifier::pg_catalog.int8,"
									 " s.database_oid::pg_catalog.oid, s.floor::pg_catalog.int8,"
									 " s.snapshot::pg_catalog.text, s.seq::pg_catalog.int8,"
									 " s.next_xid::pg_catalog.xid8"
									 " FROM %s.scim_history_sealer AS s LIMIT 2",
									 0, NULL, NULL, NULL, true);
	SPITupleTable *rows = SPI_tuptable;

	if (count > 1 || (count == 0 && scim_has_seals()))
		scim_throw_no_sealer();
	if (count == 1)
		read_row(rows->vals[0], rows->tupdesc, seen);
	SPI_freetuptable(rows);
	return count == 1;
}

/* ---- writing ---- */

/*
 * How many rows; "text" as of scim_prepare_own.  As foreign keys do, it meets what was
 * committed after the transaction's snapshot.
 */
static uint64
write_row(const char *text, const ScimSeen *seen)
{
	static Oid	types[] = {INT8OID, OIDOID, INT8OID, TEXTOID, INT8OID, XID8OID};
	Datum		values[COLUMNS] = {
		[SYSTEM_IDENTIFIER] = Int64GetDatum((int64) seen->server.system_identifier),
		[DATABASE_OID] = ObjectIdGetDatum(seen->server.database),
		[FLOOR] = Int64GetDatum(seen->server.floor),
		[SNAPSHOT] = CStringGetTextDatum(snapshot_text(seen)),
		[SEQ] = Int64GetDatum(seen->seq),
		[NEXT_XID] = FullTransactionIdGetDatum(FullTransactionIdFromU64(seen->next))
	};
	ScimRun		run = {.plan = scim_prepare_own(text, COLUMNS, types), .latest = true};
	int			result = scim_run_plan(&run, values, NULL);

	if (result < 0)
		elog(ERROR, "could not write what was sealed: %s", SPI_result_code_string(result));
	SPI_freeplan(run.plan);
	return SPI_processed;
}

void
scim_write_sealer(const ScimSeen *seen)
{
	if (write_row("UPDATE %s.scim_history_sealer SET system_identifier = $1, database_oid = $2,"
				  " floor = $3, snapshot = $4::pg_catalog.pg_snapshot, seq = $5, next_xid = $6",
				  seen) == 0 &&
		write_row("INSERT INTO %s.scim_history_sealer"
				  " (system_identifier, database_oid, floor, snapshot, seq, next_xid)"
				  " SELECT $1, $2, $3, $4::pg_catalog.pg_snapshot, $5, $6"
				  " WHERE NOT EXISTS (SELECT FROM %s.scim_history_sealer)", seen) != 1)
		scim_throw_not_kept("scim_history_sealer");
}
