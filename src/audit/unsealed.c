/*
 * unsealed.c
 *		The rows that the last call of scim_seal_history has not seen.
 */
#include "postgres.h"

#include "audit/seals.h"
#include "audit/unsealed.h"
#include "catalog/pg_type.h"
#include "registry/extension.h"
#include "statement/own.h"
#include "statement/plans.h"
#include "statement/sql.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/xid8.h"

static Datum
xid_array(const uint64 *xids, int count)
{
	Datum	   *values = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		values[i] = FullTransactionIdGetDatum(FullTransactionIdFromU64(xids[i]));
	return PointerGetDatum(construct_array(values, count, XID8OID, sizeof(FullTransactionId),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* The arguments of both statements that look for what the last call did not see. */
#define UNSEEN_ARGUMENTS 4
static Oid	unseen_types[UNSEEN_ARGUMENTS] = {XID8ARRAYOID, INT8OID, XID8OID, XID8OID};

/* Of transactions that it knew as running, and of those that came after: each by the index. */
#define UNSEEN_RUNNING \
	"%s.scim_history_rows AS r WHERE r.xid" SQL_OP("=") "ANY ($1) AND r.seq" SQL_OP(">") "$2"
#define UNSEEN_SINCE \
	"%s.scim_history_rows AS r WHERE r.xid" SQL_OP(">=") "$3 AND r.xid" SQL_OP("<") "$4" \
	" AND r.seq" SQL_OP(">") "$2"

static void
fill_unseen(const ScimSeen *then, const ScimSeen *now, Datum values[UNSEEN_ARGUMENTS])
{
	values[0] = xid_array(then->running, then->running_count);
	values[1] = Int64GetDatum(then->server.floor);
	values[2] = FullTransactionIdGetDatum(FullTransactionIdFromU64(then->xmax));
	values[3] = FullTransactionIdGetDatum(FullTransactionIdFromU64(now->xmax));
}

bool
scim_has_unsealed(const ScimSeen *then, const ScimSeen *now)
{
	Datum		values[UNSEEN_ARGUMENTS];
	bool		found;

	fill_unseen(then, now, values);
	found = scim_run_own("SELECT WHERE EXISTS (SELECT FROM ONLY " UNSEEN_RUNNING
						 ") OR EXISTS (SELECT FROM ONLY " UNSEEN_SINCE ")",
						 UNSEEN_ARGUMENTS, unseen_types, values, NULL, true) > 0;
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/*
 * Most calls need not look: there were not so many numbers since, and the last one was not
 * cut.  Where the sequence was set back since, the difference is none that is small.
 */
bool
scim_cut_unsealed(const ScimSeen *then, ScimSeen *now, int64 most)
{
	Oid			types[UNSEEN_ARGUMENTS + 1];
	Datum		values[UNSEEN_ARGUMENTS + 1];
	Datum		xid;
	uint64		last;
	bool		isnull;
	bool		is_cut = false;

	if ((uint64) now->seq - (uint64) then->seq <= (uint64) most && then->next <= then->xmax + 1)
		return false;
	memcpy(types, unseen_types, sizeof(unseen_types));
	fill_unseen(then, now, values);
	types[UNSEEN_ARGUMENTS] = INT8OID;
	values[UNSEEN_ARGUMENTS] = Int64GetDatum(most);
	if (scim_run_own("SELECT r.xid FROM ONLY " UNSEEN_SINCE
					 " ORDER BY r.xid, r.seq OFFSET $5 LIMIT 1",
					 lengthof(types), types, values, NULL, true) > 0)
	{
		xid = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		last = U64FromFullTransactionId(DatumGetFullTransactionId(xid));
		is_cut = last + 1 < now->xmax;
		scim_see_no_more(now, last + 1);
	}
	SPI_freetuptable(SPI_tuptable);
	return is_cut;
}

/* OFFSET keeps the two apart from the order: each by its index, then what there is, is sorted. */
Portal
scim_open_unsealed(const ScimSeen *then, const ScimSeen *now)
{
	const char *columns = scim_row_columns("r");
	const char *schema = scim_extension_schema("scimver");
	char	   *sql = psprintf("SELECT r.* FROM ("
							   "SELECT %s FROM ONLY " UNSEEN_RUNNING
							   " UNION ALL SELECT %s FROM ONLY " UNSEEN_SINCE " OFFSET 0) AS r"
							   " WHERE r.tenant_id IS NOT NULL"
							   " ORDER BY r.tenant_id COLLATE pg_catalog.\"C\", r.seq",
							   columns, schema, columns, schema);
	Datum		values[UNSEEN_ARGUMENTS];

	fill_unseen(then, now, values);
	return scim_open_plan(scim_prepare_by_index(sql, UNSEEN_ARGUMENTS, unseen_types), values);
}

Portal
scim_open_all_rows(bool has_sealer, int64 floor)
{
	Oid			types[] = {INT8OID};
	Datum		values[] = {Int64GetDatum(floor)};
	const char *schema = scim_extension_schema("scimver");
	const char *unseen = has_sealer
	? psprintf(" JOIN %s.scim_history_sealer AS s ON r.seq" SQL_OP(">")
			   "LEAST(s.seq, $1) OR NOT pg_catalog.pg_visible_in_snapshot("
			   "r.xid, s.snapshot)", schema)
	: "";
	char	   *sql = psprintf("SELECT %s FROM ONLY %s.scim_history_rows AS r%s"
							   " WHERE r.tenant_id IS NOT NULL AND r.seq IS NOT NULL"
							   " AND r.xid IS NOT NULL"
							   " ORDER BY r.tenant_id COLLATE pg_catalog.\"C\", r.seq",
							   scim_row_columns("r"), schema, unseen);
	MemoryContext context = CurrentMemoryContext;
	SPIPlanPtr	plan = SPI_prepare_cursor(sql, lengthof(types), types, 0);

	/* SPI leaves its own */
	MemoryContextSwitchTo(context);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
	return scim_open_plan(plan, values);
}
