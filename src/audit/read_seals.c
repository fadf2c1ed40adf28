/*
 * read_seals.c
 *		The seals of a tenant as they are stored, and the seqs that came late.
 *
 * They are as many as there were seals, which may be very many: cursors bring them
 * batch by batch.
 */
#include "postgres.h"

#include "audit/read_seals.h"
#include "base/digest.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/extension.h"
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
}			Batches;

struct ScimSealReader
{
	Batches		batches;
	ScimStoredSeal seal;
};

struct ScimLateSeqs
{
	Batches		batches;
};

/* ---- cursors ---- */

/* %s is the schema of our tables. */
static void
open_batches(Batches * batches, const char *text, int nargs, Oid *types, Datum *values)
{
	char	   *sql = psprintf(text, scim_extension_schema("scimver"));

	*batches = (Batches) {0};
	batches->portal = SPI_cursor_open_with_args(NULL, sql, nargs, types, values, NULL, true, 0);
	pfree(sql);
}

/* NULL: there is none. */
static HeapTuple
next_row(Batches * batches)
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
close_batches(Batches * batches)
{
	if (batches->batch)
		SPI_freetuptable(batches->batch);
	SPI_cursor_close(batches->portal);
}

/* The number in that column; 0, if it is NULL. */
static int64
number_of(const Batches * batches, HeapTuple row, int column, bool *isnull)
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
	Datum		values[] = {CStringGetTextDatum(tenant), Int64GetDatum(from)};

	open_batches(&reader->batches,
				 "SELECT s.number, s.last_seq, s.row_count, s.hash, pg_catalog.upper(s.late),"
				 " pg_catalog.isempty(s.late), s.late IS NULL OR s.sealed_at IS NULL"
				 " OR pg_catalog.lower_inf(s.late) OR pg_catalog.upper_inf(s.late)"
				 " FROM %s.scim_history_seals AS s WHERE s.tenant_id" SQL_OP("=") "$1"
				 " AND s.number" SQL_OP(">=") "$2 ORDER BY s.number", 2, types, values);
	return reader;
}

static void
read_seal(ScimStoredSeal * seal, const Batches * batches, HeapTuple row)
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
	seal->last_late = number_of(batches, row, 5, &isnull) - 1;
	value = SPI_getbinval(row, descriptor, 6, &isnull);
	is_empty = isnull || DatumGetBool(value);
	seal->has_late = !is_empty;
	value = SPI_getbinval(row, descriptor, 7, &isnull);
	seal->is_odd = seal->is_odd || DatumGetBool(value);
}

const		ScimStoredSeal *
scim_next_seal(ScimSealReader * reader)
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
scim_close_seals(ScimSealReader * reader)
{
	close_batches(&reader->batches);
	pfree(reader);
}

/* ---- what came late ---- */

ScimLateSeqs *
scim_open_late_seqs(const char *tenant, int64 from, int64 to, int64 behind)
{
	ScimLateSeqs *reader = palloc0(sizeof(ScimLateSeqs));
	Oid			types[] = {TEXTOID, INT8OID, INT8OID, INT8OID};
	Datum		values[] = {
		CStringGetTextDatum(tenant),
		Int64GetDatum(from),
		Int64GetDatum(to),
		Int64GetDatum(behind)
	};

	open_batches(&reader->batches,
				 "SELECT pg_catalog.lower(l), pg_catalog.upper(l)"
				 " FROM %s.scim_history_seals AS s, pg_catalog.unnest(s.late) AS l"
				 " WHERE s.tenant_id" SQL_OP("=") "$1 AND s.number" SQL_OP(">=") "$2"
				 " AND s.number" SQL_OP("<=") "$3 AND NOT pg_catalog.isempty(s.late)"
				 " AND (pg_catalog.upper_inf(l) OR pg_catalog.upper(l)" SQL_OP(">") "$4)"
				 " ORDER BY pg_catalog.lower(l) NULLS FIRST", 4, types, values);
	return reader;
}

bool
scim_next_late_seqs(ScimLateSeqs * reader, int64 *first, int64 *last)
{
	HeapTuple	row = next_row(&reader->batches);
	bool		isnull;

	if (row == NULL)
		return false;
	*first = number_of(&reader->batches, row, 1, &isnull);
	if (isnull)
		*first = PG_INT64_MIN;
	*last = number_of(&reader->batches, row, 2, &isnull);
	*last = isnull ? PG_INT64_MAX : *last - 1;
	return true;
}

void
scim_close_late_seqs(ScimLateSeqs * reader)
{
	close_batches(&reader->batches);
	pfree(reader);
}
