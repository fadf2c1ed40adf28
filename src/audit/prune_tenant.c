/*
 * prune_tenant.c
 *		Deleting what is old of one tenant's history, batch by batch.
 *
 * A tenant without seals is pruned by time alone: along the primary key, the oldest
 * first, up to the first row that is young enough.  A row's "at" is never taken for
 * an order: where the clock was set back, rows behind that one may be older, and stay
 * until it is their turn; where it was ahead, rows stay as long as the clock needs
 * to catch up.  What is kept is so a whole stretch up to now, which alone can be
 * read backwards.
 *
 * Of a tenant with seals go whole seals, all of whose rows come before that first
 * row: what is left can still be verified.  Rows between these that a later seal has as
 * late stay until it goes, and those that no seal has yet, for the next one to bring
 * them.  The seals stay.
 *
 * scim_history_pruned says with the first batch which seal is the last to go, and with
 * each how far it is.  If that is interrupted, seq is short of the last_seq of that
 * seal, and the next call goes on.  Of seals that have nothing but late rows, before what
 * went already, that would not show: these go at once, in however large a batch.
 *
 * In each call a tenant is begun with the first row that there is, not with the
 * one behind the last that went: a transaction that was open for very long may have
 * brought a row since that has a smaller number.
 */
#include "postgres.h"

#include "audit/prune_tenant.h"
#include "audit/sealer.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "history/place.h"
#include "statement/own.h"
#include "statement/sql.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* ---- statements ---- */

/* A column of the one row that it returned. */
static Datum
result_value(int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, isnull);
}

/* ---- by time ---- */

static bool
has_seals(const ScimTenantPruning *pruning)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {CStringGetTextDatum(pruning->tenant)};
	bool		found = scim_run_own("SELECT FROM %s.scim_history_seals WHERE tenant_id" SQL_OP("=")
									 "$1 LIMIT 1", 1, types, values, NULL, false) > 0;

	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* Of the tenant's next rows, "most" at most, those before the first that is young: the last. */
static bool
find_last_old(const ScimTenantPruning *pruning, int most, int64 *last)
{
	Oid			types[] = {TEXTOID, INT8OID, INT4OID, TIMESTAMPTZOID};
	Datum		values[] = {
		CStringGetTextDatum(pruning->tenant),
		Int64GetDatum(pruning->behind),
		Int32GetDatum(most),
		TimestampTzGetDatum(pruning->young)
	};
	bool		isnull;

	scim_run_own("SELECT pg_catalog.max(o.seq) FROM ("
				 "SELECT n.seq, pg_catalog.bool_or(n.at" SQL_OP(">=") "$4)"
				 " OVER (ORDER BY n.seq) AS young"
				 " FROM (SELECT r.seq, r.at FROM ONLY %s.scim_history_rows AS r"
				 " WHERE r.tenant_id" SQL_OP("=") "$1 AND r.seq" SQL_OP(">") "$2"
				 " ORDER BY r.seq LIMIT $3) AS n) AS o WHERE NOT o.young",
				 4, types, values, NULL, false);
	*last = scim_own_number(1, &isnull);
	SPI_freetuptable(SPI_tuptable);
	return !isnull;
}

/* ---- by seals ---- */

/* The first row that is young; false: there is none. */
static bool
find_first_young(const ScimTenantPruning *pruning, int64 *seq)
{
	Oid			types[] = {TEXTOID, TIMESTAMPTZOID};
	Datum		values[] = {
		CStringGetTextDatum(pruning->tenant), TimestampTzGetDatum(pruning->young)
	};
	bool		isnull;
	bool		found;

	found = scim_run_own("SELECT r.seq FROM ONLY %s.scim_history_rows AS r"
						 " WHERE r.tenant_id" SQL_OP("=") "$1 AND r.at" SQL_OP(">=") "$2"
						 " ORDER BY r.seq LIMIT 1", 2, types, values, NULL, false) > 0;
	if (found)
		*seq = scim_own_number(1, &isnull);
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* A column of the one row, which outlives the transaction. */
static Datum
kept_value(const ScimTenantPruning *pruning, int column)
{
	MemoryContext old = MemoryContextSwitchTo(pruning->context);
	bool		isnull;
	Datum		value = result_value(column, &isnull);

	if (isnull)
		scim_throw_no_sealer();
	value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	MemoryContextSwitchTo(old);
	return value;
}

/*
 * The last seal that goes: the last of those before the first young row, or the
 * one up to which a call that was interrupted should have come.  false: there is none.
 */
static bool
find_seals(ScimTenantPruning *pruning)
{
	Oid			types[] = {TEXTOID, INT8OID};
	Datum		values[] = {CStringGetTextDatum(pruning->tenant), (Datum) 0};
	int64		first_young = 0;
	bool		has_young = find_first_young(pruning, &first_young);
	char		nulls[] = {' ', has_young ? ' ' : 'n'};
	bool		isnull;
	bool		found;

	values[1] = Int64GetDatum(first_young);
	found = scim_run_own("SELECT k.number::pg_catalog.int8, k.last_seq::pg_catalog.int8,"
						 " s.floor::pg_catalog.int8,"
						 " s.snapshot::pg_catalog.text::pg_catalog.pg_snapshot,"
						 " COALESCE((SELECT pg_catalog.range_agg(l)"
						 " FROM %s.scim_history_seals AS z, pg_catalog.unnest(z.late) AS l"
						 " WHERE z.tenant_id" SQL_OP("=") "$1 AND z.number" SQL_OP(">") "k.number"
						 " AND NOT pg_catalog.isempty(z.late)"
						 " AND pg_catalog.lower(l)" SQL_OP("<=") "k.last_seq), '{}'),"
						 " COALESCE(k.last_seq" SQL_OP("<=") "k.gone, false)"
						 " FROM (SELECT z.number, z.last_seq, p.seq AS gone"
						 " FROM %s.scim_history_seals AS z"
						 " LEFT JOIN %s.scim_history_pruned AS p ON p.tenant_id" SQL_OP("=") "$1"
						 " WHERE z.tenant_id" SQL_OP("=") "$1 AND z.last_seq IS NOT NULL"
						 " AND (p.seq IS NULL OR z.last_seq" SQL_OP(">") "p.seq"
						 " OR z.number" SQL_OP(">") "COALESCE(p.number, 0))"
						 " AND ($2 IS NULL OR z.last_seq" SQL_OP("<") "$2"
						 " OR z.number" SQL_OP("=") "p.number)"
						 " ORDER BY z.number DESC LIMIT 1) AS k, %s.scim_history_sealer AS s",
						 2, types, values, nulls, false) == 1;
	if (found)
	{
		pruning->number = scim_own_number(1, &isnull);
		pruning->last_seq = scim_own_number(2, &isnull);
		pruning->floor = scim_own_number(3, &isnull);
		pruning->snapshot = kept_value(pruning, 4);
		pruning->late = kept_value(pruning, 5);
		pruning->at_once = DatumGetBool(result_value(6, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* The tenant's rows that these seals have, behind the seq $2. */
#define SEALED_ROWS \
	"ONLY %s.scim_history_rows AS r WHERE r.tenant_id" SQL_OP("=") "$1 AND r.seq" SQL_OP(">") "$2" \
	" AND r.seq" SQL_OP("<=") "$3 AND ($4" SQL_OP("@>") "r.seq) IS NOT TRUE" \
	" AND (r.seq" SQL_OP("<=") "$5 OR pg_catalog.pg_visible_in_snapshot(r.xid, $6))"

enum
{
	SEALED_ARGUMENTS = 6,
	MORE_ARGUMENTS = 2
};

static const Oid argument_types[SEALED_ARGUMENTS] = {
	TEXTOID, INT8OID, INT8OID, INT8MULTIRANGEOID, INT8OID, PG_SNAPSHOTOID
};

/* By time, it is all rows up to that one. */
static void
fill_arguments(const ScimTenantPruning *pruning, int64 up_to, Oid *types, Datum *values,
			   char *nulls)
{
	memcpy(types, argument_types, sizeof(argument_types));
	values[0] = CStringGetTextDatum(pruning->tenant);
	values[1] = Int64GetDatum(pruning->behind);
	values[2] = Int64GetDatum(up_to);
	values[3] = pruning->late;
	values[4] = Int64GetDatum(pruning->floor);
	values[5] = pruning->snapshot;
	memset(nulls, ' ', SEALED_ARGUMENTS + MORE_ARGUMENTS);
	if (!pruning->by_seals)
		nulls[3] = nulls[5] = 'n';
}

/* The last of the next rows, "most" at most; if there are fewer, the last seq of the seal. */
static int64
find_last_sealed(const ScimTenantPruning *pruning, int most)
{
	Oid			types[SEALED_ARGUMENTS + MORE_ARGUMENTS];
	Datum		values[SEALED_ARGUMENTS + MORE_ARGUMENTS];
	char		nulls[SEALED_ARGUMENTS + MORE_ARGUMENTS];
	int64		last;
	bool		isnull;

	if (pruning->at_once)
		return pruning->last_seq;
	fill_arguments(pruning, pruning->last_seq, types, values, nulls);
	types[SEALED_ARGUMENTS] = INT4OID;
	values[SEALED_ARGUMENTS] = Int32GetDatum(most);
	scim_run_own("SELECT pg_catalog.max(o.seq) FROM (SELECT r.seq FROM " SEALED_ROWS
				 " ORDER BY r.seq LIMIT $7) AS o HAVING pg_catalog.count(*)" SQL_OP("=") "$7",
				 SEALED_ARGUMENTS + 1, types, values, nulls, false);
	last = SPI_processed > 0 ? scim_own_number(1, &isnull) : pruning->last_seq;
	SPI_freetuptable(SPI_tuptable);
	return last;
}

/* ---- deleting ---- */

/*
 * Deletes the next rows up to that one, and remembers it, with what a reader asks who has
 * not seen all of them: which transactions they were of; how many.
 */
static int64
delete_up_to(const ScimTenantPruning *pruning, int64 last, int64 floor)
{
	Oid			types[SEALED_ARGUMENTS + MORE_ARGUMENTS];
	Datum		values[SEALED_ARGUMENTS + MORE_ARGUMENTS];
	char		nulls[SEALED_ARGUMENTS + MORE_ARGUMENTS];
	bool		isnull;
	int64		count;

	/* the snapshot that is kept is to be of the last one who deletes: one after the other */
	LockRelationOid(scim_history_pruned_table(), ShareRowExclusiveLock);
	fill_arguments(pruning, last, types, values, nulls);
	types[SEALED_ARGUMENTS] = types[SEALED_ARGUMENTS + 1] = INT8OID;
	values[SEALED_ARGUMENTS] = Int64GetDatum(floor);
	values[SEALED_ARGUMENTS + 1] = Int64GetDatum(pruning->number);
	if (!pruning->by_seals)
		nulls[SEALED_ARGUMENTS + 1] = 'n';
	scim_run_own("WITH gone AS (DELETE FROM " SEALED_ROWS " RETURNING r.seq, r.xid)"
				 " INSERT INTO %s.scim_history_pruned AS p"
				 " (tenant_id, seq, xid, snapshot, number, at)"
				 " SELECT $1, $3, COALESCE((SELECT g.xid FROM gone AS g"
				 " WHERE g.seq" SQL_OP(">") "$7"
				 " ORDER BY g.xid DESC LIMIT 1), '0'), pg_catalog.pg_current_snapshot(), $8,"
				 " pg_catalog.clock_timestamp() ON CONFLICT (tenant_id) DO UPDATE"
				 " SET seq = GREATEST(p.seq, excluded.seq), xid = CASE WHEN p.seq" SQL_OP("<=") "$7"
				 " THEN excluded.xid ELSE GREATEST(p.xid, excluded.xid) END,"
				 " snapshot = excluded.snapshot, number = GREATEST(p.number, excluded.number),"
				 " at = excluded.at RETURNING (SELECT pg_catalog.count(*) FROM gone)",
				 SEALED_ARGUMENTS + 2, types, values, nulls, false);
	count = SPI_processed > 0 ? scim_own_number(1, &isnull) : 0;
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/* ---- a tenant ---- */

ScimTenantPruning *
scim_begin_pruning(const char *tenant, TimestampTz young)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "scimver pruned tenant",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	ScimTenantPruning *pruning = palloc0(sizeof(ScimTenantPruning));

	pruning->context = context;
	pruning->tenant = pstrdup(tenant);
	pruning->young = young;
	pruning->behind = PG_INT64_MIN;
	pruning->floor = PG_INT64_MAX;
	MemoryContextSwitchTo(old);
	return pruning;
}

void
scim_end_pruning(ScimTenantPruning *pruning)
{
	MemoryContextDelete(pruning->context);
}

/* Who had no seals may have got one since the last batch. */
int
scim_prune_rows(ScimTenantPruning *pruning, int most, int64 floor, bool *is_done)
{
	int64		last;
	int64		count;

	if (!pruning->by_seals && has_seals(pruning))
	{
		*is_done = !find_seals(pruning);
		if (*is_done)
			return 0;
		pruning->by_seals = true;
		pruning->behind = PG_INT64_MIN;
	}
	if (pruning->by_seals)
	{
		last = find_last_sealed(pruning, most);
		*is_done = last == pruning->last_seq;
	}
	else
	{
		*is_done = !find_last_old(pruning, most, &last);
		if (*is_done)
			return 0;
	}
	count = delete_up_to(pruning, last, floor);
	pruning->behind = last;
	return (int) count;
}
