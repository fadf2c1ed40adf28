/*
 * seal.c
 *		scim_seal_history: seals what is new in the history of all tenants.
 *
 * A seal is of all rows of a tenant that were committed since the one before, so that
 * writers need no order among themselves, and never wait for it: all that it
 * locks is one row, against a second sealer.  What is new is what its snapshot shows,
 * and that of the last call did not (scim_history_sealer): rows of transactions
 * that were running then, and of those that came after, found by (xid, seq).
 * Only after a restore all rows are looked at.
 *
 * Rows come sorted by tenant and seq, and each goes into the hash at once: memory does
 * not grow with their number.  A seal is of so many rows at most, and more make
 * several: what is pruned goes seal by seal, and a first one of all of a long history
 * would keep it as long as its youngest row; nor does what came late gather.  Nor does
 * a call take much more than a number of rows, as it must end before a timeout: what
 * it takes is then cut at a transaction, as if those behind it were still running.
 *
 * The caller needs nothing but the right to call it: the statements, which are
 * fixed, run as the owner of the table, who sees all rows.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "audit/digest.h"
#include "audit/seal.h"
#include "audit/sealer.h"
#include "audit/seals.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/place.h"
#include "history/seen.h"
#include "history/server.h"
#include "history/values.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "registry/extension.h"
#include "statement/own.h"
#include "statement/plans.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

PG_FUNCTION_INFO_V1(scim_seal_history);

/* A seal has no more rows than this. */
#define MOST_ROWS 100000

/* Nor does a call seal more than this, but for the rest of the last transaction. */
#define MOST_ROWS_OF_CALL 200000

/* So many rows are fetched at once. */
#define FETCHED_ROWS 200

/* What of a tenant is being sealed. */
typedef struct Segment
{
	char	   *tenant;			/* NULL: nothing is */
	int64		number;
	int64		before;			/* the last seq of the seal before; none: minimum */
	int64		last_seq;
	int64		row_count;
	ScimSealHash *hash;
	StringInfoData late;		/* ranges that are complete, as text */
	int64		late_from;		/* and the one at hand; from > to: there is none yet */
	int64		late_to;
} Segment;

/* A call. */
typedef struct Sealing
{
	ScimSeen	now;
	ScimSeen	then;			/* what the last call saw */
	bool		has_then;
	bool		by_xid;			/* of this server: what is new is found by xids */
	bool		is_cut;			/* there is more, for the next call */
	bool		noted;			/* the next call will begin with "now" */
	SPIPlanPtr	find_last;		/* plans, which are used for each tenant */
	SPIPlanPtr	insert;
	Segment		segment;
	MemoryContext context;		/* of the call */
	MemoryContext segment_context;	/* of the segment */
	MemoryContext row_context;	/* of a row */
	int64		sealed;
} Sealing;

/* ---- statements ---- */

/*
 * Until the transaction ends, nobody else seals; false: somebody does.  There may be
 * two rows of this server after a restore into it: who has not got both has none.
 */
static bool
lock_out_others(void)
{
	uint64		locked = scim_run_own("SELECT FROM %s.scim_history_server FOR UPDATE SKIP LOCKED",
									  0, NULL, NULL, NULL, false);

	return locked > 0 && locked == scim_run_own("SELECT FROM %s.scim_history_server",
												0, NULL, NULL, NULL, false);
}

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
fill_unseen(const Sealing *sealing, Datum values[UNSEEN_ARGUMENTS])
{
	values[0] = xid_array(sealing->then.running, sealing->then.running_count);
	values[1] = Int64GetDatum(sealing->then.server.floor);
	values[2] = FullTransactionIdGetDatum(FullTransactionIdFromU64(sealing->then.xmax));
	values[3] = FullTransactionIdGetDatum(FullTransactionIdFromU64(sealing->now.xmax));
}

/* Is there any of it, be it the transaction's own? */
static bool
has_new_by_xid(const Sealing *sealing)
{
	Datum		values[UNSEEN_ARGUMENTS];
	bool		found;

	fill_unseen(sealing, values);
	found = scim_run_own("SELECT WHERE EXISTS (SELECT FROM ONLY " UNSEEN_RUNNING
						 ") OR EXISTS (SELECT FROM ONLY " UNSEEN_SINCE ")",
						 UNSEEN_ARGUMENTS, unseen_types, values, NULL, true) > 0;
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/*
 * If that is too much for a call: it goes up to a transaction, and sees none of those
 * behind it yet.  Most calls need not look: there were not so many numbers since, and
 * the last one was not cut.
 */
static void
cut(Sealing *sealing)
{
	const ScimSeen *then = &sealing->then;
	Oid			types[UNSEEN_ARGUMENTS + 1];
	Datum		values[UNSEEN_ARGUMENTS + 1];
	Datum		xid;
	uint64		last;
	bool		isnull;

	if (sealing->now.seq - then->seq <= MOST_ROWS_OF_CALL && then->next <= then->xmax + 1)
		return;
	memcpy(types, unseen_types, sizeof(unseen_types));
	fill_unseen(sealing, values);
	types[UNSEEN_ARGUMENTS] = INT8OID;
	values[UNSEEN_ARGUMENTS] = Int64GetDatum(MOST_ROWS_OF_CALL);
	if (scim_run_own("SELECT r.xid FROM ONLY " UNSEEN_SINCE
					 " ORDER BY r.xid, r.seq OFFSET $5 LIMIT 1",
					 lengthof(types), types, values, NULL, true) > 0)
	{
		xid = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		last = U64FromFullTransactionId(DatumGetFullTransactionId(xid));
		sealing->is_cut = last + 1 < sealing->now.xmax;
		scim_see_no_more(&sealing->now, last + 1);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * What the last call did not see, of this server.  OFFSET keeps the two apart from
 * the order: each by its index, and then what there is of them is sorted.
 */
static Portal
open_by_xid(const Sealing *sealing)
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

	fill_unseen(sealing, values);
	return scim_open_plan(scim_prepare_by_index(sql, UNSEEN_ARGUMENTS, unseen_types), values);
}

/*
 * All rows, but for those that the last call has certainly seen, be it on another
 * server: most of what was restored is not sorted.
 */
static Portal
open_all(const Sealing *sealing)
{
	Oid			types[] = {INT8OID};
	Datum		values[] = {Int64GetDatum(sealing->now.server.floor)};
	const char *schema = scim_extension_schema("scimver");
	const char *unseen = sealing->has_then
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

static void
prepare_for_tenants(Sealing *sealing)
{
	Oid			types[] = {TEXTOID, INT8OID, INT8OID, TEXTOID, INT8OID, BYTEAOID};

	sealing->find_last = scim_prepare_last_seal();
	sealing->insert =
		scim_prepare_own("INSERT INTO %s.scim_history_seals"
						 " (tenant_id, number, last_seq, late, row_count, hash, sealed_at)"
						 " VALUES ($1, $2, $3, $4::pg_catalog.int8multirange, $5, $6,"
						 " pg_catalog.clock_timestamp())", lengthof(types), types);
}

/* ---- segments ---- */

/*
 * Before the first seal, for what another session sealed, and the transaction's snapshot
 * does not show, is met by this; but not where there is nothing to seal.
 */
static void
note(Sealing *sealing)
{
	if (!sealing->noted)
		scim_write_sealer(&sealing->now);
	sealing->noted = true;
}

static MemoryContext
new_segment_context(const Sealing *sealing)
{
	return AllocSetContextCreate(sealing->context, "scimver seal", ALLOCSET_DEFAULT_SIZES);
}

/* After the last seal of the tenant. */
static void
begin_segment(Sealing *sealing, const ScimSeal *last, const char *tenant)
{
	Segment    *segment = &sealing->segment;

	segment->tenant = pstrdup(tenant);
	segment->number = last->number + 1;
	segment->before = segment->last_seq = last->last_seq;
	segment->row_count = 0;
	segment->hash = scim_begin_hash(last->hash, segment->number);
	initStringInfo(&segment->late);
	segment->late_from = 1;
	segment->late_to = 0;
}

static void
begin_tenant(Sealing *sealing, const char *tenant)
{
	MemoryContext old = MemoryContextSwitchTo(sealing->segment_context);
	ScimSeal	last = {.number = 0, .last_seq = PG_INT64_MIN, .hash = NULL};

	(void) scim_find_last_seal(sealing->find_last, tenant, &last);
	begin_segment(sealing, &last, tenant);
	MemoryContextSwitchTo(old);
}

/* Behind the last number that there is, a range has no end. */
static void
end_late_range(Segment *segment)
{
	if (segment->late_from > segment->late_to)
		return;
	appendStringInfo(&segment->late, "%s[" INT64_FORMAT ",", segment->late.len > 0 ? "," : "",
					 segment->late_from);
	if (segment->late_to < PG_INT64_MAX)
		appendStringInfo(&segment->late, INT64_FORMAT "]", segment->late_to);
	else
		appendStringInfoChar(&segment->late, ')');
}

static void
add_late(Segment *segment, int64 seq)
{
	if (segment->late_from > segment->late_to || seq != segment->late_to + 1)
	{
		end_late_range(segment);
		segment->late_from = seq;
	}
	segment->late_to = seq;
}

/* Writes the seal; in its context. */
static void
end_segment(Sealing *sealing, ScimSeal *seal)
{
	Segment    *segment = &sealing->segment;
	Datum		values[6];

	end_late_range(segment);
	seal->number = segment->number;
	seal->last_seq = segment->last_seq;
	seal->hash = scim_end_hash(segment->hash);
	values[0] = CStringGetTextDatum(segment->tenant);
	values[1] = Int64GetDatum(seal->number);
	values[2] = Int64GetDatum(seal->last_seq);
	values[3] = CStringGetTextDatum(psprintf("{%s}", segment->late.data));
	values[4] = Int64GetDatum(segment->row_count);
	values[5] = PointerGetDatum(seal->hash);
	if (SPI_execute_plan(sealing->insert, values, NULL, false, 0) < 0 || SPI_processed != 1)
		scim_throw_not_kept("scim_history_seals");
	sealing->sealed += segment->row_count;
}

static void
end_tenant(Sealing *sealing)
{
	MemoryContext old = MemoryContextSwitchTo(sealing->segment_context);
	ScimSeal	seal;

	if (sealing->segment.tenant)
		end_segment(sealing, &seal);
	sealing->segment.tenant = NULL;
	MemoryContextSwitchTo(old);
	MemoryContextReset(sealing->segment_context);
}

/* The segment is full: another one follows, after a seal that the snapshot does not show. */
static void
go_on(Sealing *sealing)
{
	MemoryContext full = sealing->segment_context;
	MemoryContext old = MemoryContextSwitchTo(full);
	ScimSeal	seal;

	end_segment(sealing, &seal);
	sealing->segment_context = new_segment_context(sealing);
	MemoryContextSwitchTo(sealing->segment_context);
	begin_segment(sealing, &seal, sealing->segment.tenant);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(full);
}

/* ---- rows ---- */

/* Has the last call not sealed it, and is it not too late for any? */
static bool
is_new(const Sealing *sealing, int64 seq, uint64 xid)
{
	const ScimSeen *then = &sealing->then;

	if (!sealing->has_then || seq > then->seq)
		return true;
	/* of this server: the other one knows nothing of its xids */
	if (!sealing->by_xid && seq > sealing->now.server.floor)
		return true;
	/* who writes has his xid before his seq: what came later has been put there by other means */
	return xid < then->next && (sealing->by_xid || !scim_has_seen(then, seq, xid));
}

static bool
is_of(const Segment *segment, Datum tenant)
{
	return segment->tenant && scim_is_text(tenant, segment->tenant);
}

/* The segment that the tenant's next row goes into. */
static void
find_segment(Sealing *sealing, Datum tenant)
{
	if (!is_of(&sealing->segment, tenant))
	{
		note(sealing);
		end_tenant(sealing);
		begin_tenant(sealing, TextDatumGetCString(tenant));
	}
	else if (sealing->segment.row_count >= MOST_ROWS)
		go_on(sealing);
}

static void
seal_row(Sealing *sealing, HeapTuple row, TupleDesc descriptor)
{
	Segment    *segment = &sealing->segment;
	Datum		values[SCIM_ENTRY_COLUMNS];
	bool		nulls[SCIM_ENTRY_COLUMNS];
	uint8		digest[SCIM_DIGEST_SIZE];
	int64		seq;
	uint64		xid;

	heap_deform_tuple(row, descriptor, values, nulls);
	seq = DatumGetInt64(values[SCIM_ENTRY_SEQ]);
	xid = U64FromFullTransactionId(DatumGetFullTransactionId(values[SCIM_ENTRY_XID]));
	/* what the transaction itself has written is not committed yet */
	if (!scim_has_seen(&sealing->now, seq, xid) || !is_new(sealing, seq, xid))
		return;
	find_segment(sealing, values[SCIM_ENTRY_TENANT]);
	if (seq <= segment->before)
		add_late(segment, seq);
	else
		segment->last_seq = seq;
	scim_digest_row(values, nulls, digest);
	scim_hash_row(segment->hash, digest);
	segment->row_count++;
}

static void
seal_rows(Sealing *sealing, Portal portal)
{
	MemoryContext old = MemoryContextSwitchTo(sealing->row_context);

	for (;;)
	{
		SPITupleTable *rows;
		uint64		count;

		SPI_cursor_fetch(portal, true, FETCHED_ROWS);
		rows = SPI_tuptable;
		count = SPI_processed;
		for (uint64 i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextSwitchTo(sealing->row_context);
			seal_row(sealing, rows->vals[i], rows->tupdesc);
			MemoryContextReset(sealing->row_context);
		}
		SPI_freetuptable(rows);
		if (count == 0)
			break;
	}
	end_tenant(sealing);
	MemoryContextSwitchTo(old);
}

/* ---- a call ---- */

/* Under the active snapshot. */
static void
see(Sealing *sealing, const ScimHistoryServer *server)
{
	scim_see(&sealing->now, server);
	sealing->has_then = scim_read_sealer(&sealing->then);
	sealing->by_xid = sealing->has_then ? scim_is_this_server(&sealing->then.server)
		: server->floor == 0;
	if (!sealing->has_then)
		sealing->then = (ScimSeen) {.server = *server};
}

/*
 * Is there anything to seal?  Who finds nothing, as most of those do who ask every few
 * seconds, has locked nothing, and has taken no transaction id.
 */
static bool
finds_anything(Sealing *sealing, const ScimHistoryServer *server)
{
	bool		found;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	see(sealing, server);
	found = !sealing->has_then || !sealing->by_xid || has_new_by_xid(sealing);
	PopActiveSnapshot();
	return found;
}

/* Under a snapshot of after the lock, or that of the transaction, if it keeps one. */
static void
seal(Sealing *sealing, const ScimHistoryServer *server)
{
	Portal		portal;

	see(sealing, server);
	if (sealing->by_xid)
		cut(sealing);
	portal = sealing->by_xid ? open_by_xid(sealing) : open_all(sealing);
	prepare_for_tenants(sealing);
	sealing->context = CurrentMemoryContext;
	sealing->segment_context = new_segment_context(sealing);
	sealing->row_context = AllocSetContextCreate(CurrentMemoryContext, "scimver sealed row",
												 ALLOCSET_DEFAULT_SIZES);
	/* there is none, or another server's, which is of no use any more */
	if (!sealing->has_then || !sealing->by_xid)
		note(sealing);
	seal_rows(sealing, portal);
	SPI_cursor_close(portal);
}

static void
check_columns(void)
{
	table_close(scim_open_history_table(AccessShareLock), NoLock);
}

int64
scim_seal_new_rows(bool *is_cut)
{
	MemoryContext caller = CurrentMemoryContext;
	Sealing		sealing = {0};
	ScimHistoryServer server = scim_history_server();
	ScimRole	role;

	PreventCommandIfReadOnly("scim_seal_history()");
	check_columns();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	scim_act_as_owner_of(scim_history_table(), &role);
	if (finds_anything(&sealing, &server) && lock_out_others())
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
		seal(&sealing, &server);
		PopActiveSnapshot();
	}
	scim_act_as_before(&role);
	SPI_finish();
	MemoryContextSwitchTo(caller);
	if (is_cut)
		*is_cut = sealing.is_cut;
	return sealing.sealed;
}

/*
 * scim_seal_history() -> bigint: how many rows it sealed; 0 also while another session
 * does.  25006 in a read-only transaction, 55000 on a standby, 40001.
 */
Datum
scim_seal_history(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(scim_seal_new_rows(NULL));
}
