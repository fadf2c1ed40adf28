/*
 * read_seals.c
 *		The seals of a tenant as they are stored, and the seqs that came late.
 *
 * They are as many as there were seals, which may be very many: cursors bring them
 * batch by batch.  Casts are there for an owner who changed a type: what was read is what
 * is said.
 */
#include "postgres.h"

#include "audit/read_seals.h"
#include "audit/seals.h"
#include "base/digest.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "statement/own.h"
#include "statement/plans.h"
#include "statement/sql.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define BATCH 500

/* A cursor, of which it has a batch. */
typedef struct Batches
{
	Portal		portal;
	SPITupleTable *batch;		/* NULL: none */
	uint64		count;
	uint64		next;			/* of the batch */
} Batches;

struct ScimSealReader
{
	SPIPlanPtr	plan;
	Batches		batches;
	ScimStoredSeal seal;
};

struct ScimLateSeqs
{
	Batches		batches;
};

/* ---- cursors ---- */

/* The first of the values is the tenant. */
static void
open_batches(Batches *batches, SPIPlanPtr plan, const char *tenant, Datum *values)
{
	values[0] = CStringGetTextDatum(tenant);
	*batches = (Batches) {.portal = scim_open_plan(plan, values)};
	pfree(DatumGetPointer(values[0]));
}

/* NULL: there is none. */
static HeapTuple
next_row(Batches *batches)
{
	CHECK_FOR_INTERRUPTS();
	if (batches->next >= batches->count)
	{
		if (batches->batch)
			SPI_freetuptable(batches->batch);
		SPI_cursor_fetch(batches->portal, true, BATCH);
		batches->batch = SPI_tuptable;
		batches->count = SPI_processed;
		batches->next = 0;
	}
	return batches->next < batches->count ? batches->batch->vals[batches->next++] : NULL;
}

static void
close_batches(Batches *batches)
{
	if (batches->batch)
		SPI_freetuptable(batches->batch);
	SPI_cursor_close(batches->portal);
}

/* The number in that column; 0, if it is NULL. */
static int64
number_of(const Batches *batches, HeapTuple row, int column, bool *isnull)
{
	Datum		value = SPI_getbinval(row, batches->batch->tupdesc, column, isnull);

	return *isnull ? 0 : DatumGetInt64(value);
}

/* ---- seals ---- */

ScimSealReader *
scim_open_seals(const char *tenant, int64 from)
{
	ScimSealReader *reader = palloc0(sizeof(ScimSealReader));
	Oid			types[] = {TEXTOID, INT8OID};
	Datum		values[] = {(Datum) 0, Int64GetDatum(from)};

	reader->plan = scim_prepare_own("SELECT s.number::pg_catalog.int8, s.last_seq::pg_catalog.int8,"
									" s.row_count::pg_catalog.int8, s.hash::pg_catalog.bytea,"
									" pg_catalog.lower(s.late)::pg_catalog.int8,"
									" pg_catalog.upper(s.late)::pg_catalog.int8,"
									" pg_catalog.isempty(s.late), s.late IS NULL"
									" OR s.sealed_at IS NULL OR pg_catalog.lower_inf(s.late)"
									" OR pg_catalog.upper_inf(s.late)"
									" FROM %s.scim_history_seals AS s"
									" WHERE s.tenant_id" SQL_OP("=") "$1"
									" AND s.number" SQL_OP(">=") "$2 AND s.number" SQL_OP("<")
									SCIM_NO_NUMBER " ORDER BY s.number", 2, types);
	open_batches(&reader->batches, reader->plan, tenant, values);
	return reader;
}

static void
read_seal(ScimStoredSeal *seal, const Batches *batches, HeapTuple row)
{
	TupleDesc	descriptor = batches->batch->tupdesc;
	bool		isnull;
	bool		is_empty;
	Datum		value;

	*seal = (ScimStoredSeal) {.number = number_of(batches, row, 1, &isnull)};
	seal->last_seq = number_of(batches, row, 2, &isnull);
	seal->has_last_seq = !isnull;
	seal->row_count = number_of(batches, row, 3, &isnull);
	seal->is_odd = !seal->has_last_seq || isnull || seal->row_count < 0;
	value = SPI_getbinval(row, descriptor, 4, &isnull);
	seal->hash = isnull ? NULL : DatumGetByteaPCopy(value);
	seal->first_late = number_of(batches, row, 5, &isnull);
	seal->last_late = number_of(batches, row, 6, &isnull) - 1;
	value = SPI_getbinval(row, descriptor, 7, &isnull);
	is_empty = isnull || DatumGetBool(value);
	seal->has_late = !is_empty;
	value = SPI_getbinval(row, descriptor, 8, &isnull);
	seal->is_odd = seal->is_odd || DatumGetBool(value);
}

const ScimStoredSeal *
scim_next_seal(ScimSealReader *reader)
{
	HeapTuple	row = next_row(&reader->batches);

	if (reader->seal.hash)
		pfree(reader->seal.hash);
	reader->seal.hash = NULL;
	if (row == NULL)
		return NULL;
	read_seal(&reader->seal, &reader->batches, row);
	return &reader->seal;
}

void
scim_close_seals(ScimSealReader *reader)
{
	close_batches(&reader->batches);
	SPI_freeplan(reader->plan);
	pfree(reader);
}

/* ---- what came late ---- */

SPIPlanPtr
scim_prepare_late_seqs(void)
{
	Oid			types[] = {TEXTOID, INT8OID, INT8OID, INT8OID};

	return scim_prepare_own("SELECT pg_catalog.lower(l)::pg_catalog.int8,"
							" pg_catalog.upper(l)::pg_catalog.int8, s.number::pg_catalog.int8"
							" FROM %s.scim_history_seals AS s, pg_catalog.unnest(s.late) AS l"
							" WHERE s.tenant_id" SQL_OP("=") "$1 AND s.number" SQL_OP(">=") "$2"
							" AND s.number" SQL_OP("<=") "$3 AND NOT pg_catalog.isempty(s.late)"
							" AND pg_catalog.lower(l) IS NOT NULL"
							" AND pg_catalog.upper(l)" SQL_OP(">") "$4"
							" ORDER BY pg_catalog.lower(l)", 4, types);
}

ScimLateSeqs *
scim_open_late_seqs(SPIPlanPtr plan, const char *tenant, int64 from, int64 to, int64 behind)
{
	ScimLateSeqs *reader = palloc0(sizeof(ScimLateSeqs));
	Datum		values[] = {
		(Datum) 0, Int64GetDatum(from), Int64GetDatum(to), Int64GetDatum(behind)
	};

	open_batches(&reader->batches, plan, tenant, values);
	return reader;
}

bool
scim_next_late_seqs(ScimLateSeqs *reader, ScimLateStretch *late)
{
	HeapTuple	row = next_row(&reader->batches);
	bool		isnull;

	if (row == NULL)
		return false;
	late->first = number_of(&reader->batches, row, 1, &isnull);
	late->last = number_of(&reader->batches, row, 2, &isnull) - 1;
	late->number = number_of(&reader->batches, row, 3, &isnull);
	return true;
}

void
scim_close_late_seqs(ScimLateSeqs *reader)
{
	close_batches(&reader->batches);
	pfree(reader);
}
