/*
 * seals.c
 *		What who seals, who verifies, and who prunes have in common.
 */
#include "postgres.h"

#include "audit/seals.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "executor/spi.h"
#include "history/place.h"
#include "lib/stringinfo.h"
#include "port/pg_bswap.h"
#include "statement/own.h"
#include "statement/sql.h"
#include "utils/builtins.h"

/* ---- seals that are there ---- */

bool
scim_has_seals(void)
{
	bool		found = scim_run_own("SELECT FROM %s.scim_history_seals LIMIT 1", 0, NULL, NULL,
									 NULL, true) > 0;

	SPI_freetuptable(SPI_tuptable);
	return found;
}

SPIPlanPtr
scim_prepare_last_seal(void)
{
	Oid			types[] = {TEXTOID};

	return scim_prepare_own("SELECT s.number::pg_catalog.int8, s.last_seq::pg_catalog.int8,"
							" s.hash::pg_catalog.bytea, s.sealed_at::pg_catalog.timestamptz"
							" FROM %s.scim_history_seals AS s"
							" WHERE s.tenant_id" SQL_OP("=") "$1 AND s.number IS NOT NULL"
							" ORDER BY s.number DESC LIMIT 1", 1, types);
}

/* The columns of the one row; false: any is NULL. */
static bool
read_seal(HeapTuple row, TupleDesc descriptor, ScimSeal *seal)
{
	Datum		values[4];
	bool		nulls[4];

	heap_deform_tuple(row, descriptor, values, nulls);
	if (nulls[0] || nulls[1] || nulls[2] || nulls[3])
		return false;
	seal->number = DatumGetInt64(values[0]);
	seal->last_seq = DatumGetInt64(values[1]);
	seal->hash = DatumGetByteaPCopy(values[2]);
	seal->sealed_at = DatumGetTimestampTz(values[3]);
	return true;
}

bool
scim_find_last_seal(SPIPlanPtr plan, const char *tenant, ScimSeal *seal)
{
	MemoryContext context = CurrentMemoryContext;
	Datum		values[] = {CStringGetTextDatum(tenant)};
	int			result = SPI_execute_plan(plan, values, NULL, true, 1);
	bool		found = SPI_processed > 0;

	/* SPI leaves its own */
	MemoryContextSwitchTo(context);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not look for the last seal: %s", SPI_result_code_string(result));
	if (found && !read_seal(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, seal))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the last seal of a tenant has NULLs in table \"%s\"",
						"scim_history_seals"),
				 errhint("Give it back what it held.")));
	SPI_freetuptable(SPI_tuptable);
	return found;
}

bool
scim_last_seal(const char *tenant, ScimSeal *seal)
{
	SPIPlanPtr	plan = scim_prepare_last_seal();
	bool		found = scim_find_last_seal(plan, tenant, seal);

	SPI_freeplan(plan);
	return found;
}

/* ---- rows ---- */

char *
scim_row_columns(const char *alias)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < SCIM_ENTRY_COLUMNS; i++)
		appendStringInfo(&list, "%s%s.%s", i > 0 ? ", " : "", alias, scim_entry_forms[i].name);
	return list.data;
}

/* ---- hashes ---- */

struct ScimSealHash
{
	pg_cryptohash_ctx *context;
};

static void
check(ScimSealHash *hash, int result)
{
	if (unlikely(result < 0))
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(hash->context));
}

static void
add(ScimSealHash *hash, const void *bytes, size_t count)
{
	check(hash, pg_cryptohash_update(hash->context, bytes, count));
}

ScimSealHash *
scim_begin_hash(const bytea *before, int64 number)
{
	ScimSealHash *hash = palloc(sizeof(ScimSealHash));
	uint64		big_endian = pg_hton64((uint64) number);

	hash->context = pg_cryptohash_create(PG_SHA256);
	if (hash->context == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	check(hash, pg_cryptohash_init(hash->context));
	if (before)
		add(hash, VARDATA_ANY(before), VARSIZE_ANY_EXHDR(before));
	add(hash, &big_endian, sizeof(big_endian));
	return hash;
}

void
scim_hash_row(ScimSealHash *hash, const uint8 digest[SCIM_DIGEST_SIZE])
{
	add(hash, digest, SCIM_DIGEST_SIZE);
}

bytea *
scim_end_hash(ScimSealHash *hash)
{
	bytea	   *result = palloc(VARHDRSZ + SCIM_DIGEST_SIZE);

	SET_VARSIZE(result, VARHDRSZ + SCIM_DIGEST_SIZE);
	check(hash, pg_cryptohash_final(hash->context, (uint8 *) VARDATA(result), SCIM_DIGEST_SIZE));
	pg_cryptohash_free(hash->context);
	pfree(hash);
	return result;
}
