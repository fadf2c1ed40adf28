/*
 * verify.c
 *		scim_verify_history: is what was sealed still as it was?
 *
 * The seals of a tenant and its rows are walked along together, both in the order
 * of seq, under one snapshot: each row is looked at once, and none is kept.  The rows
 * of a seal's own stretch are those that no later seal has as late; what a seal
 * itself has as late lies further back, and is looked up by its seqs.  A row that the
 * sealer has not seen yet is no problem as long as the next seal brings it.
 *
 * Each hash goes on from the one that is stored before it, so that what was done to
 * the rows of one seal is told of that one alone.  Where it is the stored hash itself
 * that was changed, the next one goes on from what it ought to be.
 *
 * Pruned seals have no rows any more (prune.c).  Where that was interrupted, only those
 * that it had begun with may lack some.
 */
#include "postgres.h"

#include "access/transam.h"
#include "audit/read_seals.h"
#include "audit/reckoning.h"
#include "audit/sealer.h"
#include "base/errors.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/entries.h"
#include "history/place.h"
#include "statement/own.h"
#include "statement/result_set.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(scim_verify_history);

/* The problems, as they are told. */
#define CHANGED "changed"
#define MISSING "missing"
#define ADDED "added"
#define BROKEN "broken"

/* In place of a number: behind all seals. */
#define NO_SEAL PG_INT64_MAX

/* What the sealer has done with a row. */
typedef enum Fate
{
	SEALED,
	PENDING,					/* the next seal brings it */
	UNSEALED					/* none will */
} Fate;

typedef struct Verification
{
	const char *tenant;
	ScimResultSet *results;
	MemoryContext scratch;		/* of one row */
	MemoryContext stretch;		/* of a stretch of late ones */
	/* what the sealer saw */
	bool		has_sealer;		/* else nothing was sealed yet */
	bool		is_here;		/* of this server: later transactions have xids that follow */
	ScimSeen	seen;
	uint64		next;			/* the next xid, read after the snapshot */
	/* what was pruned */
	int64		pruned;			/* rows of seals up to that one went; 0: of none */
	int64		pruned_seq;		/* so far they went */
	bool		is_interrupted; /* which is not up to its last_seq, yet */
	/* the seals */
	int64		last_number;	/* of the tenant; 0: it has none */
	int64		last_seq;		/* then */
	int64		expected;		/* the number of the next one */
	int64		behind;			/* where its stretch begins */
	bool		knows_before;	/* is the one before it there, with its hash and last_seq? */
	bytea	   *before;			/* its hash, whatever stands there; or NULL */
	bytea	   *alternative;	/* what that ought to be; NULL: it is that */
	const char *problem;		/* of that one, unless the alternative holds */
	/* the rows */
	ScimHistoryReader *rows;
	ScimHistoryEntry *row;		/* the next one; NULL: there is none */
	SPIPlanPtr	late_plan;
	ScimLateSeqs *late_seqs;	/* of later seals */
	bool		has_late;
	ScimLateStretch next_late;	/* then: the next one */
	ScimLateStretch late;		/* the one before it */
} Verification;

/* ---- problems ---- */

static void
tell(Verification *v, int64 number, const int64 *seq, const char *problem)
{
	Datum		values[] = {
		Int64GetDatum(number), Int64GetDatum(seq ? *seq : 0), CStringGetTextDatum(problem)
	};
	bool		nulls[] = {number == NO_SEAL, seq == NULL, false};

	tuplestore_putvalues(v->results->store, v->results->descriptor, values, nulls);
	pfree(DatumGetPointer(values[2]));
}

/* Of the seal before, whose hash was not right: what its problem was shows with the next one. */
static void
settle(Verification *v, bool alternative_holds)
{
	if (v->problem)
		tell(v, v->expected - 1, NULL, alternative_holds ? BROKEN : v->problem);
	v->problem = NULL;
}

/* ---- what is known from the start ---- */

/* Two numbers of a row of the tenant's; "text" as of scim_run_own. */
static bool
read_numbers(const Verification *v, const char *text, int64 *first, int64 *second)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {CStringGetTextDatum(v->tenant)};
	bool		found = scim_run_own(text, 1, types, values, NULL, true) > 0;
	bool		isnull;

	if (found)
	{
		*first = scim_own_number(1, &isnull);
		*second = scim_own_number(2, &isnull);
	}
	SPI_freetuptable(SPI_tuptable);
	return found;
}

static void
read_pruned(Verification *v)
{
	(void) read_numbers(v, "SELECT COALESCE(p.number::pg_catalog.int8, 0),"
						" COALESCE(p.seq::pg_catalog.int8, 0)"
						" FROM %s.scim_history_pruned AS p WHERE p.tenant_id" SQL_OP("=") "$1"
						" LIMIT 1", &v->pruned, &v->pruned_seq);
}

static void
read_sealer(Verification *v)
{
	v->has_sealer = scim_read_sealer(&v->seen);
	v->is_here = v->has_sealer && scim_is_this_server(&v->seen.server);
	v->next = U64FromFullTransactionId(ReadNextFullTransactionId());
}

/* Whatever its owner has made of it: that is what is asked. */
static void
read_last_seal(Verification *v)
{
	int64		number;
	int64		last_seq;

	if (!read_numbers(v, "SELECT s.number::pg_catalog.int8, COALESCE(s.last_seq::pg_catalog.int8, "
					  "'-9223372036854775808'::pg_catalog.int8) FROM %s.scim_history_seals AS s"
					  " WHERE s.tenant_id" SQL_OP("=") "$1 AND s.number" SQL_OP(">") "0"
					  " AND s.number" SQL_OP("<") SCIM_NO_NUMBER
					  " ORDER BY s.number DESC LIMIT 1", &number, &last_seq))
		return;
	v->last_number = number;
	v->last_seq = last_seq;
}

/* ---- rows ---- */

/*
 * In another server than the sealer's, xids of later rows mean nothing to it: those are
 * behind all that it had seen.
 */
static Fate
fate_of(const Verification *v, const ScimHistoryEntry *row)
{
	bool		is_seen;

	if (!v->has_sealer)
		return PENDING;
	if (row->seq > v->seen.seq && !v->is_here)
		return PENDING;
	/* no transaction of this server's had that xid yet, so that no seal looks for it */
	if (v->is_here && row->seq > v->seen.server.floor && row->xid >= v->next)
		return UNSEALED;
	is_seen = scim_has_seen(&v->seen, row->seq, row->xid);
	/* what was seen was there, and so was its number */
	if (row->seq > v->seen.seq)
		return is_seen ? UNSEALED : PENDING;
	if (is_seen)
		return SEALED;
	return row->xid < v->seen.next ? PENDING : UNSEALED;
}

static void
next_row(Verification *v)
{
	if (v->row)
		scim_free_entry(v->row);
	v->row = scim_next_entry(v->rows);
}

/* Asked of rising seqs: has a seal that is later than that one the seq as late? */
static bool
is_late(Verification *v, int64 seq, int64 number)
{
	while (v->has_late && v->next_late.first <= seq)
	{
		if (v->next_late.number > number)
			v->late = v->next_late;
		v->has_late = scim_next_late_seqs(v->late_seqs, &v->next_late);
	}
	return seq <= v->late.last && number < v->late.number;
}

/* Of what is sealed where there is nothing to reckon: may the rows be there? */
typedef enum Rest
{
	MAY_BE_THERE,
	MUST_BE_GONE
} Rest;

/* The rows of the next stretch, up to its end, which are the seal's. */
static void
walk_rows(Verification *v, int64 number, int64 up_to, ScimReckoning *reckoning, Rest rest)
{
	for (; v->row && v->row->seq <= up_to; next_row(v))
	{
		Fate		fate;

		if (is_late(v, v->row->seq, number))
			continue;
		fate = fate_of(v, v->row);
		if (fate == UNSEALED || (fate == SEALED && rest == MUST_BE_GONE))
			tell(v, number, &v->row->seq, ADDED);
		else if (fate == SEALED && reckoning)
			scim_reckon_row(reckoning, v->row);
	}
}

/* Those that the seal has as late, wherever they are. */
static void
walk_late(Verification *v, const ScimStoredSeal *seal, ScimReckoning *reckoning)
{
	ScimLateSeqs *late_seqs = scim_open_late_seqs(v->late_plan, v->tenant, seal->number,
												  seal->number, PG_INT64_MIN);
	ScimLateStretch late;

	while (scim_next_late_seqs(late_seqs, &late))
	{
		MemoryContext old = MemoryContextSwitchTo(v->stretch);
		int64		behind = Max(late.first, PG_INT64_MIN + 1) - 1;
		ScimHistoryReader *rows = scim_open_history_of_tenant(v->tenant, behind, late.last,
															  GetActiveSnapshot());
		ScimHistoryEntry *row;

		while ((row = scim_next_entry(rows)) != NULL)
		{
			scim_reckon_row(reckoning, row);
			scim_free_entry(row);
		}
		scim_close_history(rows);
		MemoryContextSwitchTo(old);
		MemoryContextReset(v->stretch);
	}
	scim_close_late_seqs(late_seqs);
}

/* ---- hashes ---- */

/* The next seal goes on from this one. */
static void
go_on_from(Verification *v, const ScimStoredSeal *seal, bytea *alternative)
{
	if (v->before)
		pfree(v->before);
	if (v->alternative)
		pfree(v->alternative);
	v->before = NULL;
	if (seal->hash)
	{
		v->before = palloc(VARSIZE_ANY(seal->hash));
		memcpy(v->before, seal->hash, VARSIZE_ANY(seal->hash));
	}
	v->alternative = alternative;
	v->expected = seal->number + 1;
	v->knows_before = seal->has_last_seq && seal->last_seq >= v->behind &&
		(scim_is_hash(seal->hash) || alternative);
	if (seal->has_last_seq)
		v->behind = Max(v->behind, seal->last_seq);
}

static const char *
problem_of(const ScimStoredSeal *seal, int64 row_count)
{
	if (!scim_is_hash(seal->hash))
		return BROKEN;
	if (row_count != seal->row_count)
		return row_count < seal->row_count ? MISSING : ADDED;
	return CHANGED;
}

/*
 * Behind a seal whose own hash cannot be reckoned any more: where there is none at all, the
 * next one cannot be reckoned either.
 */
static void
go_on_unreckoned(Verification *v, const ScimStoredSeal *seal)
{
	if (!scim_is_hash(seal->hash))
		tell(v, seal->number, NULL, BROKEN);
	go_on_from(v, seal, NULL);
}

/* Has pruning, which was interrupted, come to any row that the seal may have? */
static bool
is_begun(const Verification *v, const ScimStoredSeal *seal)
{
	return seal->number <= v->pruned &&
		(v->behind < v->pruned_seq || (seal->has_late && seal->first_late <= v->pruned_seq));
}

static void
check_hash(Verification *v, const ScimStoredSeal *seal, ScimReckoning *reckoning)
{
	ScimReckoned reckoned = scim_end_reckoning(reckoning, seal->hash);

	settle(v, reckoned.other_holds && !reckoned.holds);
	/* nobody can say of what is left whether it is as it was */
	if (reckoning->row_count < seal->row_count && is_begun(v, seal))
	{
		go_on_unreckoned(v, seal);
		return;
	}
	if (!reckoned.holds && !reckoned.other_holds)
		v->problem = problem_of(seal, reckoning->row_count);
	else if (reckoning->row_count != seal->row_count)
		tell(v, seal->number, NULL, BROKEN);
	go_on_from(v, seal, reckoned.ought);
}

/* The walk goes from seq to the ones behind it.  The sequence does not give out the least one. */
static void
check_least_seq(Verification *v)
{
	int64		seq;
	int64		unused;

	if (read_numbers(v, "SELECT r.seq, r.seq FROM ONLY %s.scim_history_rows AS r"
					 " WHERE r.tenant_id" SQL_OP("=") "$1 AND r.seq" SQL_OP("=")
					 "'-9223372036854775808'::pg_catalog.int8", &seq, &unused))
		tell(v, NO_SEAL, &seq, ADDED);
}

/* ---- seals ---- */

/* A seal that is as no seal is, or behind one that is missing: its rows are anybody's guess. */
static void
pass_over(Verification *v, const ScimStoredSeal *seal)
{
	settle(v, false);
	if (seal->has_last_seq)
		walk_rows(v, seal->number, seal->last_seq, NULL, MAY_BE_THERE);
	go_on_from(v, seal, NULL);
}

/* Its rows went. */
static void
check_pruned(Verification *v, const ScimStoredSeal *seal)
{
	settle(v, false);
	walk_rows(v, seal->number, seal->last_seq, NULL, MUST_BE_GONE);
	go_on_unreckoned(v, seal);
}

static void
check_rows(Verification *v, const ScimStoredSeal *seal)
{
	ScimReckoning reckoning;

	scim_begin_reckoning(&reckoning, v->expected, v->before, v->alternative, v->scratch);
	if (seal->has_late)
		walk_late(v, seal, &reckoning);
	walk_rows(v, seal->number, seal->last_seq, &reckoning, MAY_BE_THERE);
	check_hash(v, seal, &reckoning);
}

/* A seal lies behind the one before it, and what it has as late does not. */
static bool
is_sound(const Verification *v, const ScimStoredSeal *seal)
{
	return !seal->is_odd && seal->last_seq >= v->behind &&
		(!seal->has_late || !v->knows_before || seal->last_late <= v->behind);
}

static void
check_seal(Verification *v, const ScimStoredSeal *seal)
{
	if (seal->number < v->expected)
	{
		/* twice the same number */
		tell(v, seal->number, NULL, BROKEN);
		return;
	}
	if (seal->number > v->expected)
	{
		settle(v, false);
		tell(v, v->expected, NULL, BROKEN);
		v->knows_before = false;
	}
	if (!is_sound(v, seal))
	{
		settle(v, false);
		tell(v, seal->number, NULL, BROKEN);
		pass_over(v, seal);
	}
	else if (seal->number <= v->pruned && !v->is_interrupted)
		check_pruned(v, seal);
	else if (!v->knows_before)
		pass_over(v, seal);
	else
		check_rows(v, seal);
}

/*
 * Has all of it gone, up to the last_seq that its seal has?  There is that seal, or
 * nothing was pruned that was sealed.
 */
static void
read_rest_of_pruned(Verification *v)
{
	ScimSealReader *reader;
	const ScimStoredSeal *seal;

	if (v->pruned > v->last_number)
	{
		tell(v, v->pruned, NULL, BROKEN);
		v->pruned = 0;
	}
	if (v->pruned <= 0)
		return;
	reader = scim_open_seals(v->tenant, v->pruned);
	seal = scim_next_seal(reader);
	v->is_interrupted = !seal || seal->number != v->pruned || !seal->has_last_seq ||
		v->pruned_seq < seal->last_seq;
	scim_close_seals(reader);
}

/* ---- the walk ---- */

/* At the first seal, or behind the one before that number, which must be there. */
static void
begin_at(Verification *v, int64 from)
{
	ScimSealReader *reader;
	const ScimStoredSeal *seal;

	v->expected = 1;
	v->behind = PG_INT64_MIN;
	v->knows_before = true;
	if (from == 1)
		return;
	reader = scim_open_seals(v->tenant, from - 1);
	seal = scim_next_seal(reader);
	if (seal && seal->number == from - 1)
		go_on_from(v, seal, NULL);
	else
		v->knows_before = false;
	scim_close_seals(reader);
	v->expected = from;
	if (!v->knows_before)
		tell(v, from - 1, NULL, BROKEN);
}

static void
open_rows(Verification *v, int64 from)
{
	/* those that pruned seals had as late are gone with them */
	int64		first = v->is_interrupted ? from : Max(from, v->pruned + 1);

	v->late_plan = scim_prepare_late_seqs();
	v->late_seqs = scim_open_late_seqs(v->late_plan, v->tenant, first, PG_INT64_MAX, v->behind);
	v->has_late = scim_next_late_seqs(v->late_seqs, &v->next_late);
	v->late = (ScimLateStretch) {PG_INT64_MIN, PG_INT64_MIN, PG_INT64_MIN};
	v->rows = scim_open_history_of_tenant(v->tenant, v->behind, PG_INT64_MAX,
										  GetActiveSnapshot());
	next_row(v);
}

/* Behind all seals; where the last one ends must be known. */
static void
check_rest(Verification *v)
{
	settle(v, false);
	if (v->last_number == 0 || v->last_seq != PG_INT64_MIN)
		walk_rows(v, NO_SEAL, PG_INT64_MAX, NULL, MUST_BE_GONE);
}

static void
verify(Verification *v, int64 from)
{
	ScimSealReader *seals;
	const ScimStoredSeal *seal;

	read_rest_of_pruned(v);
	check_least_seq(v);
	begin_at(v, from);
	seals = scim_open_seals(v->tenant, from);
	open_rows(v, from);
	while ((seal = scim_next_seal(seals)) != NULL)
		check_seal(v, seal);
	check_rest(v);
	scim_close_history(v->rows);
	scim_close_late_seqs(v->late_seqs);
	scim_close_seals(seals);
}

/* ---- the function ---- */

static int64
check_number(FunctionCallInfo fcinfo, const Verification *v)
{
	int64		last = Max(v->last_number, 1);

	if (PG_ARGISNULL(1) || PG_GETARG_INT64(1) < 1 || PG_GETARG_INT64(1) > last)
		scim_throw_path(SCIM_BAD_PARAMETER, "from_number",
						"from_number must be the number of a seal, from 1 to " INT64_FORMAT, last);
	return PG_GETARG_INT64(1);
}

/*
 * scim_verify_history(tenant_id text, from_number bigint): the problems, one a row.
 * number NULL: of no seal; seq NULL: it is not known which row.  Errors:
 * TENANT_FORBIDDEN, INVALID_VALUE.
 */
Datum
scim_verify_history(PG_FUNCTION_ARGS)
{
	Verification v = {0};
	ScimResultSet results;
	ScimRole	caller;

	if (PG_ARGISNULL(0))
		scim_throw_path(SCIM_BAD_PARAMETER, "tenant_id", "tenant_id must not be null");
	scim_begin_result_set(fcinfo, &results);
	v.results = &results;
	v.tenant = scim_resolve_tenant(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	v.scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver row",
									  ALLOCSET_DEFAULT_SIZES);
	v.stretch = AllocSetContextCreate(CurrentMemoryContext, "scimver late rows",
									  ALLOCSET_DEFAULT_SIZES);
	scim_act_as_owner_of(scim_history_table(), &caller);
	read_last_seal(&v);
	read_sealer(&v);
	read_pruned(&v);
	verify(&v, check_number(fcinfo, &v));
	scim_act_as_before(&caller);
	SPI_finish();
	return (Datum) 0;
}
