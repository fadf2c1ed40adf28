/*
 * keys.c
 *		The keys by which clients named their calls, as rows.
 *
 * Whoever takes one writes its row first, and notes what he made in it at the end: the row
 * is found by its place then, which nobody else knows before the transaction is committed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "operation/keys.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/timestamp.h"

/* In the order of the arguments of each statement that names a key. */
enum
{
	AT_TENANT,
	AT_PRINCIPAL,
	AT_KEY,
	KEY_ARGUMENTS
};

static void
fill_key(const ScimKey *key, Datum *values)
{
	values[AT_TENANT] = CStringGetTextDatum(key->tenant);
	values[AT_PRINCIPAL] = CStringGetTextDatum(key->principal);
	values[AT_KEY] = CStringGetTextDatum(key->key);
}

static Oid
keys_table(void)
{
	Oid			table = scim_find_own_relation("scim_idempotency");

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that knows no idempotency keys",
						"scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	return table;
}

/* ---- taking one ---- */

bool
scim_take_key(ScimKey *key)
{
	static const Oid types[] = {TEXTOID, TEXTOID, TEXTOID, BYTEAOID, TIMESTAMPTZOID};
	Datum		values[lengthof(types)];
	ScimRole	role;
	bool		is_taken;
	bool		isnull;

	fill_key(key, values);
	values[KEY_ARGUMENTS] = PointerGetDatum(key->digest);
	values[KEY_ARGUMENTS + 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	scim_act_as_owner_of(keys_table(), &role);
	is_taken = scim_lock_own("INSERT INTO %s.scim_idempotency"
							 " (tenant_id, principal, key, digest, at) VALUES ($1, $2, $3, $4, $5)"
							 " ON CONFLICT (tenant_id, principal, key) DO NOTHING RETURNING ctid",
							 lengthof(types), types, values) > 0;
	scim_act_as_before(&role);
	if (is_taken)
		ItemPointerCopy((ItemPointer) DatumGetPointer(SPI_getbinval(SPI_tuptable->vals[0],
																	SPI_tuptable->tupdesc, 1,
																	&isnull)),
						&key->row);
	SPI_freetuptable(SPI_tuptable);
	return is_taken;
}

/* ---- reading one ---- */

/* A column of the one row that was found, as a copy; NULL: it has none. */
static void *
copied(int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column,
									  &isnull);

	return isnull ? NULL : PG_DETOAST_DATUM_COPY(value);
}

bool
scim_read_key(ScimKey *key, MemoryContext context)
{
	Oid			types[KEY_ARGUMENTS] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[KEY_ARGUMENTS];
	MemoryContext old;
	ScimRole	role;
	bool		is_there;

	fill_key(key, values);
	scim_act_as_owner_of(keys_table(), &role);
	is_there = scim_run_own("SELECT digest, made FROM ONLY %s.scim_idempotency"
							" WHERE tenant_id" SQL_OP("=") "$1 AND principal" SQL_OP("=")
							"$2 AND key" SQL_OP("=") "$3",
							lengthof(types), types, values, NULL, false) > 0;
	scim_act_as_before(&role);
	if (is_there)
	{
		old = MemoryContextSwitchTo(context);
		key->digest = copied(1);
		key->made = copied(2);
		MemoryContextSwitchTo(old);
	}
	SPI_freetuptable(SPI_tuptable);
	return is_there && key->digest;
}

/* ---- what became of it ---- */

static void
write_row(const char *text, int nargs, const Oid *types, Datum *values)
{
	ScimRole	role;
	uint64		count;

	scim_act_as_owner_of(keys_table(), &role);
	count = scim_lock_own(text, nargs, types, values);
	scim_act_as_before(&role);
	if (count == 0)
		scim_throw_not_kept("scim_idempotency");
}

void
scim_keep_key(const ScimKey *key, Jsonb *made)
{
	static const Oid types[] = {TIDOID, JSONBOID};
	Datum		values[] = {PointerGetDatum(&key->row), JsonbPGetDatum(made)};

	write_row("UPDATE ONLY %s.scim_idempotency SET made = $2 WHERE ctid" SQL_OP("=") "$1",
			  lengthof(types), types, values);
}

void
scim_drop_key(const ScimKey *key)
{
	static const Oid types[] = {TIDOID};
	Datum		values[] = {PointerGetDatum(&key->row)};

	write_row("DELETE FROM ONLY %s.scim_idempotency WHERE ctid" SQL_OP("=") "$1",
			  lengthof(types), types, values);
}
