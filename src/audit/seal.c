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
#include "audit/unsealed.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/place.h"
#include "history/seen.h"
#include "history/server.h"
#include "history/values.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
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
	if (pg_add_s64_overflow(last->number, 1, &segment->number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("no number is left for a seal of tenant \"%s\"", tenant)));
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
	found = !sealing->has_then || !sealing->by_xid ||
		scim_has_unsealed(&sealing->then, &sealing->now);
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
		sealing->is_cut = scim_cut_unsealed(&sealing->then, &sealing->now, MOST_ROWS_OF_CALL);
	portal = sealing->by_xid ? scim_open_unsealed(&sealing->then, &sealing->now)
		: scim_open_all_rows(sealing->has_then, sealing->now.server.floor);
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
