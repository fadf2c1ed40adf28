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
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "resource/document.h"
#include "resource/member_sum.h"
#include "resource/stored_rows.h"
#include "resource/version.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rls.h"

/* So many memberships are read at a time. */
#define BATCH 1000

/* The columns of a stored row; from AT_BARE on those of {bare}. */
enum
{
	AT_TENANT, AT_PASSWORD, AT_BARE
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

ScimInspectedRow *
scim_read_stored_rows(const ScimRegistration *registration, int *count)
{
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	ScimInspectedRow *rows;

	*count = (int) SPI_processed;
	rows = palloc0(Max(*count, 1) * sizeof(ScimInspectedRow));
	for (int i = 0; i < *count; i++)
	{
		rows[i].registration = registration;
		rows[i].values = palloc(descriptor->natts * sizeof(Datum));
		rows[i].nulls = palloc(descriptor->natts * sizeof(bool));
		heap_deform_tuple(heap_copytuple(SPI_tuptable->vals[i]), descriptor, rows[i].values,
						  rows[i].nulls);
	}
	SPI_freetuptable(SPI_tuptable);
	return rows;
}

char *
scim_stored_tenant(const ScimInspectedRow *row)
{
	if (row->nulls[AT_TENANT])
		return NULL;
	return scim_id_text(row->registration->tenant_type, row->values[AT_TENANT]);
}

char *
scim_stored_id(const ScimInspectedRow *row)
{
	return scim_id_text(row->registration->id_type, row->values[AT_BARE + SCIM_AT_ID]);
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
scim_key_arrays(const ScimRegistration *registration, Datum *tenants, Datum *ids, int count,
				Datum keys[2])
{
	Datum	   *none = palloc(count * sizeof(Datum));

	for (int i = 0; tenants == NULL && i < count; i++)
		none[i] = CStringGetTextDatum("");
	keys[0] = scim_id_array(tenant_type(registration), tenants ? tenants : none, count);
	keys[1] = scim_id_array(registration->id_type, ids, count);
}

void
scim_stored_keys(const ScimInspectedRow *rows, int count, Datum keys[2])
{
	const ScimRegistration *registration = rows[0].registration;
	Datum	   *tenants = palloc(count * sizeof(Datum));
	Datum	   *ids = palloc(count * sizeof(Datum));

	for (int i = 0; i < count; i++)
	{
		tenants[i] = rows[i].values[AT_TENANT];
		ids[i] = rows[i].values[AT_BARE + SCIM_AT_ID];
	}
	scim_key_arrays(registration, registration->tenant_type ? tenants : NULL, ids, count, keys);
}

void
scim_append_has_key(StringInfo out, const ScimRegistration *registration)
{
	if (registration->columns[SCIM_COLUMN_TENANT])
		scim_append_statement(out,
							  "(r.{tenant}, r.{id}) OPERATOR(pg_catalog.=) ANY (SELECT k.tenant, "
							  "k.id"
							  " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS "
							  "k(tenant, id))",
							  registration);
	else
		scim_append_statement(out, "r.{id} OPERATOR(pg_catalog.=) ANY ($2)", registration);
}

void
scim_append_lock_order(StringInfo out, const ScimRegistration *registration)
{
	scim_append_statement(out,
						  " ORDER BY {?tenant:CAST(r.{tenant} AS pg_catalog.text) COLLATE "
						  "pg_catalog.\"C\", }"
						  "r.{lock_order}",
						  registration);
}

/* ---- members ---- */

/* Group (its place among the keys $1, $2), type and id of all members. */
static char *
members_sql(const ScimRegistration *members, const ScimRegistration *groups)
{
	StringInfoData sql;

	initStringInfo(&sql);
	scim_append_statement(&sql,
						  members->columns[SCIM_MEMBER_TYPE]
						  ? "SELECT k.place, t.{type}, t.{member}"
						  : "SELECT k.place, 'User'::pg_catalog.text, t.{member}",
						  members);
	scim_append_statement(&sql,
						  " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH "
						  "ORDINALITY AS k(tenant, id, place),"
						  " {table} AS t WHERE t.{group}" EQ
						  "k.id AND t.{member} IS NOT NULL{?type: AND t.{type} IS NOT NULL}",
						  members);
	if (members->columns[SCIM_MEMBER_TENANT] && groups->columns[SCIM_COLUMN_TENANT])
		scim_append_statement(&sql, " AND t.{tenant}" EQ "k.tenant", members);
	return sql.data;
}

/* Adds the memberships of SPI_tuptable. */
static void
add_members(ScimInspectedRow *rows, const ScimRegistration *members)
{
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum		values[3];
		bool		nulls[3];
		uint8		hash[SCIM_DIGEST_SIZE];
		ScimMemberSum *sum;

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
		sum = &rows[DatumGetInt64(values[0]) - 1].members;
		scim_member_hash(TextDatumGetCString(values[1]),
						 scim_id_text(members->member_type, values[2]), hash);
		digest_add(sum->digest, hash);
		sum->count++;
	}
}

void
scim_count_members(ScimInspectedRow *rows, int count, bool fresh)
{
	const ScimRegistration *groups = count > 0 ? rows[0].registration : NULL;
	const ScimRegistration *members = groups && groups->type->has_members
	? scim_find_members(groups->type)
	: NULL;
	Oid			types[2];
	Datum		keys[2];
	Portal		portal;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext scratch;

	if (members == NULL)
		return;
	for (int i = 0; i < count; i++)
		rows[i].members.known = true;
	scim_key_types(groups, types);
	scim_stored_keys(rows, count, keys);
	portal = SPI_cursor_open_with_args(NULL, members_sql(members, groups), 2, types, keys, NULL,
									   !fresh, 0);
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

/* What is stored of them, if anything is. */
static void
read_stored_members(ScimInspectedRow *row)
{
	if (scim_is_summed(row->registration))
		return;
	row->stored_members = row->row.members;
	row->stored_members.known = !row->nulls[AT_BARE + SCIM_AT_MEMBER_COUNT] &&
		!row->nulls[AT_BARE + SCIM_AT_MEMBER_DIGEST];
}

/* ---- what they should hold ---- */

/*
 * The document as the row trigger would have stored it; a clear-text password
 * is the trigger's to crypt.
 */
static void
tidy_row(ScimInspectedRow *row)
{
	Jsonb	   *data = DatumGetJsonbP(row->values[AT_BARE + SCIM_AT_DATA]);
	JsonbValue	password;
	Jsonb	   *tidied = scim_tidy_document(row->registration->type, data, &password);

	if (tidied != data && password.type == jbvNull)
		row->tidied = tidied;
}

/* The version of the row's content with these members. */
static char *
version_with(const ScimInspectedRow *row, const ScimMemberSum *members)
{
	ScimBeside	beside = {.id = row->row.id};

	if (!row->nulls[AT_PASSWORD])
		beside.password = DatumGetTextPP(row->values[AT_PASSWORD]);
	if (row->registration->type->has_members)
		beside.members = members;
	return scim_version_of(row->registration, scim_row_tree(row->registration, &row->row), &beside,
						   row->row.revision);
}

void
scim_inspect_row(ScimInspectedRow *row)
{
	scim_take_row(row->registration, row->values + AT_BARE, row->nulls + AT_BARE, &row->row);
	if (row->registration->storage->tidies && row->row.version == NULL)
		tidy_row(row);
	if (row->registration->type->has_members)
		read_stored_members(row);
	if (row->stored_members.known && !row->members.known)
		row->members = row->stored_members;
	row->version = version_with(row, &row->members);
	row->stored_version = row->version;
	if (row->stored_members.known)
		row->stored_version = version_with(row, &row->stored_members);
}

bool
scim_has_right_version(const ScimInspectedRow *row)
{
	const char *version = row->row.version;

	return version == NULL || strcmp(version, row->version) == 0 ||
		strcmp(version, row->stored_version) == 0;
}

bool
scim_has_right_members(const ScimInspectedRow *row)
{
	return !row->stored_members.known || scim_same_members(&row->stored_members, &row->members);
}

bool
scim_is_unfilled(const ScimInspectedRow *row)
{
	char	   *const *columns = row->registration->columns;

	return (columns[SCIM_COLUMN_VERSION] && row->nulls[AT_BARE + SCIM_AT_VERSION]) ||
		(columns[SCIM_COLUMN_REVISION] && row->nulls[AT_BARE + SCIM_AT_REVISION]) ||
		(scim_keeps_members(row->registration) && !row->stored_members.known);
}

/* ---- rights ---- */

static void
refuse_if_hidden(const ScimRegistration *registration)
{
	if (registration && check_enable_rls(registration->relid, InvalidOid, true) == RLS_ENABLED)
		scim_throw(scim_error(SCIM_ROWS_HIDDEN),
				   "row level security may hide rows of table %s: its owner sees all of them",
				   registration->table);
}

void
scim_refuse_hidden_rows(const ScimRegistration *registration)
{
	refuse_if_hidden(registration);
	if (registration->type->has_members)
		refuse_if_hidden(scim_find_members(registration->type));
}
