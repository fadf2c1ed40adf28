/*
 * stored_rows.c
 *		Rows of a registered table in bulk: what they hold, and what they should.
 *
 * For the check of a table, its repair, and the backfill.  Nothing is taken for
 * granted here: members are counted, and versions computed, from what the rows
 * and memberships say, whatever stands beside them.
 */
#include "postgres.h"

#include "base/errors.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "resource/document.h"
#include "resource/member_sum.h"
#include "resource/stored_rows.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rls.h"

/* So many memberships are read at a time. */
#define BATCH 1000

/* The places of columns in a stored row; behind them stand those of {bare}. */
enum
{
	AT_TENANT, AT_PASSWORD, AT_BARE,
	AT_ID = AT_BARE, AT_DATA, AT_VERSION, AT_REVISION, AT_CREATED, AT_LAST_MODIFIED, AT_MEMBER_COUNT, AT_MEMBER_DIGEST
};

/* ---- reading ---- */

void
scim_append_stored_columns(StringInfo out, const ScimRegistration *registration)
{
	const char *tenant = registration->columns[SCIM_COLUMN_TENANT];
	const char *password = registration->columns[SCIM_COLUMN_PASSWORD];

	appendStringInfo(out, tenant ? "r.%s, " : "NULL::pg_catalog.text, ", tenant);
	appendStringInfo(out, password ? "r.%s, " : "NULL::pg_catalog.text, ", password);
	scim_append_statement(out, "{bare}", registration);
}

ScimStoredRow *
scim_read_stored_rows(const ScimRegistration *registration, int *count)
{
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	ScimStoredRow *rows;

	*count = (int) SPI_processed;
	rows = palloc0(Max(*count, 1) * sizeof(ScimStoredRow));
	for (int i = 0; i < *count; i++)
	{
		rows[i].registration = registration;
		rows[i].values = palloc(descriptor->natts * sizeof(Datum));
		rows[i].nulls = palloc(descriptor->natts * sizeof(bool));
		heap_deform_tuple(heap_copytuple(SPI_tuptable->vals[i]), descriptor, rows[i].values, rows[i].nulls);
	}
	SPI_freetuptable(SPI_tuptable);
	return rows;
}

char *
scim_stored_tenant(const ScimStoredRow *row)
{
	if (row->nulls[AT_TENANT])
		return NULL;
	return scim_id_text(row->registration->tenant_type, row->values[AT_TENANT]);
}

char *
scim_stored_id(const ScimStoredRow *row)
{
	return scim_id_text(row->registration->id_type, row->values[AT_ID]);
}

/* ---- keys ---- */

/* Without a tenant column nothing is asked of the first array. */
static const ScimIdType *
tenant_type(const ScimRegistration *registration)
{
	return registration->tenant_type ? registration->tenant_type : scim_id_type(TEXTOID);
}

void
scim_key_types(const ScimRegistration *registration, Oid types[2])
{
	types[0] = tenant_type(registration)->array;
	types[1] = registration->id_type->array;
}

void
scim_key_arrays(const ScimRegistration *registration, Datum *tenants, Datum *ids, int count, Datum keys[2])
{
	Datum	   *none = palloc(count * sizeof(Datum));

	for (int i = 0; tenants == NULL && i < count; i++)
		none[i] = CStringGetTextDatum("");
	keys[0] = scim_id_array(tenant_type(registration), tenants ? tenants : none, count);
	keys[1] = scim_id_array(registration->id_type, ids, count);
}

void
scim_stored_keys(const ScimStoredRow *rows, int count, Datum keys[2])
{
	const ScimRegistration *registration = rows[0].registration;
	Datum	   *tenants = palloc(count * sizeof(Datum));
	Datum	   *ids = palloc(count * sizeof(Datum));

	for (int i = 0; i < count; i++)
	{
		tenants[i] = rows[i].values[AT_TENANT];
		ids[i] = rows[i].values[AT_ID];
	}
	scim_key_arrays(registration, registration->tenant_type ? tenants : NULL, ids, count, keys);
}

void
scim_append_has_key(StringInfo out, const ScimRegistration *registration)
{
	if (registration->columns[SCIM_COLUMN_TENANT])
		scim_append_statement(out, "(r.{tenant}, r.{id}) OPERATOR(pg_catalog.=) ANY (SELECT k.tenant, k.id"
							  " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS k(tenant, id))",
							  registration);
	else
		scim_append_statement(out, "r.{id} OPERATOR(pg_catalog.=) ANY ($2)", registration);
}

void
scim_append_lock_order(StringInfo out, const ScimRegistration *registration)
{
	scim_append_statement(out, " ORDER BY {?tenant:CAST(r.{tenant} AS pg_catalog.text) COLLATE pg_catalog.\"C\", }"
						  "r.{lock_order}", registration);
}

/* ---- members ---- */

/* Group (its place among the keys $1, $2), type and id of all members. */
static char *
members_sql(const ScimRegistration *members, const ScimRegistration *groups)
{
	StringInfoData sql;

	initStringInfo(&sql);
	scim_append_statement(&sql, members->columns[SCIM_MEMBER_TYPE] ? "SELECT k.place, t.{type}, t.{member}" :
						  "SELECT k.place, 'User'::pg_catalog.text, t.{member}", members);
	scim_append_statement(&sql, " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS k(tenant, id, place),"
						  " {table} AS t WHERE t.{group}" EQ "k.id AND t.{member} IS NOT NULL{?type: AND t.{type} IS NOT NULL}", members);
	if (members->columns[SCIM_MEMBER_TENANT] && groups->columns[SCIM_COLUMN_TENANT])
		scim_append_statement(&sql, " AND t.{tenant}" EQ "k.tenant", members);
	return sql.data;
}

/* Adds the memberships of SPI_tuptable. */
static void
add_members(ScimStoredRow *rows, const ScimRegistration *members)
{
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum		values[3];
		bool		nulls[3];
		uint8		hash[SCIM_DIGEST_SIZE];
		ScimMemberState *state;

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
		state = &rows[DatumGetInt64(values[0]) - 1].members;
		scim_member_hash(TextDatumGetCString(values[1]), scim_id_text(members->member_type, values[2]), hash);
		digest_add(state->digest, hash);
		state->count++;
	}
}

void
scim_count_members(ScimStoredRow *rows, int count, bool fresh)
{
	const ScimRegistration *groups = count > 0 ? rows[0].registration : NULL;
	const ScimRegistration *members = groups && groups->type->has_members ? scim_find_members(groups->type) : NULL;
	Oid			types[2];
	Datum		keys[2];
	Portal		portal;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext scratch;

	if (members == NULL)
		return;
	for (int i = 0; i < count; i++)
		rows[i].counted = true;
	scim_key_types(groups, types);
	scim_stored_keys(rows, count, keys);
	portal = SPI_cursor_open_with_args(NULL, members_sql(members, groups), 2, types, keys, NULL, !fresh, 0);
	scratch = AllocSetContextCreate(caller, "scimver memberships", ALLOCSET_DEFAULT_SIZES);
	do
	{
		SPI_cursor_fetch(portal, true, BATCH);
		MemoryContextSwitchTo(scratch);
		add_members(rows, members);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
	MemoryContextDelete(scratch);
}

/* What is stored of them; false: nothing. */
static bool
read_stored_members(const ScimStoredRow *row, ScimMemberState *state)
{
	if (scim_is_summed(row->registration))
		return false;
	state->count = row->row.member_count;
	memcpy(state->digest, row->row.member_digest, SCIM_DIGEST_SIZE);
	return !row->nulls[AT_MEMBER_COUNT] && !row->nulls[AT_MEMBER_DIGEST];
}

/* ---- what they should hold ---- */

/* The document as the row trigger would have stored it; a clear-text password is the trigger's to crypt. */
static void
tidy_row(ScimStoredRow *row)
{
	Jsonb	   *data = DatumGetJsonbP(row->values[AT_DATA]);
	JsonbValue	password;
	Jsonb	   *tidied = scim_tidy_document(row->registration->type, data, &password);

	if (tidied != data && password.type == jbvNull)
		row->tidied = tidied;
}

static char *
version_of(const ScimStoredRow *row, const ScimMemberState *members)
{
	ScimRowParts parts = {.id = row->row.id};
	int64		revision = Max(row->row.revision, 1);
	char	   *version = palloc(SCIM_VERSION_SIZE + 1);

	if (!row->nulls[AT_PASSWORD])
	{
		text	   *hash = DatumGetTextPP(row->values[AT_PASSWORD]);

		parts.password_hash = VARDATA_ANY(hash);
		parts.password_length = VARSIZE_ANY_EXHDR(hash);
	}
	if (row->registration->type->has_members)
	{
		parts.member_count = members->count;
		parts.member_digest = members->digest;
	}
	scim_form_version(scim_content_form(&row->row.data->root, &parts),
					  row->registration->revision_scheme ? &revision : NULL, version);
	return version;
}

void
scim_compute_row(ScimStoredRow *row)
{
	scim_take_row(row->registration, row->values + AT_BARE, row->nulls + AT_BARE, &row->row);
	if (!row->registration->is_mapped && row->row.version == NULL)
		tidy_row(row);
	if (row->registration->type->has_members)
		row->has_stored_members = read_stored_members(row, &row->stored_members);
	if (row->has_stored_members && !row->counted)
		row->members = row->stored_members;
	row->version = version_of(row, &row->members);
	row->stored_version = row->version;
	if (row->has_stored_members)
		row->stored_version = version_of(row, &row->stored_members);
}

bool
scim_has_right_version(const ScimStoredRow *row)
{
	const char *version = row->row.version;

	return version == NULL || strcmp(version, row->version) == 0 || strcmp(version, row->stored_version) == 0;
}

bool
scim_has_right_members(const ScimStoredRow *row)
{
	return !row->has_stored_members ||
		(row->stored_members.count == row->members.count &&
		 memcmp(row->stored_members.digest, row->members.digest, SCIM_DIGEST_SIZE) == 0);
}

bool
scim_is_unfilled(const ScimStoredRow *row)
{
	char	   *const *columns = row->registration->columns;

	return (columns[SCIM_COLUMN_VERSION] && row->nulls[AT_VERSION]) ||
		(columns[SCIM_COLUMN_REVISION] && row->nulls[AT_REVISION]) ||
		(scim_keeps_members(row->registration) && !row->has_stored_members);
}

/* ---- rights ---- */

static void
refuse_if_hidden(const ScimRegistration *registration)
{
	if (registration && check_enable_rls(registration->relid, InvalidOid, true) == RLS_ENABLED)
		scim_throw(scim_error(SCIM_ROWS_HIDDEN),
				   "row level security may hide rows of table %s: its owner sees all of them", registration->table);
}

void
scim_refuse_hidden_rows(const ScimRegistration *registration)
{
	refuse_if_hidden(registration);
	if (registration->type->has_members)
		refuse_if_hidden(scim_find_members(registration->type));
}
