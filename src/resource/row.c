/*
 * row.c
 *		Rows as they are read.
 *
 * What other rows tell of them is read apart: a user's groups (groups.h), and a
 * group's members, as far as its own table does not tell how many they are.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_strings.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "core/canonical.h"
#include "core/location.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "resource/row.h"
#include "statement/parameters.h"
#include "statement/required.h"
#include "statement/statement.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

/* ---- values ---- */

int64
scim_integer_of(Oid type, Datum value)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		default:
			return DatumGetInt64(value);
	}
}

JsonbValue *
scim_other_side(const ScimResourceType *type, const char *id, const char *display,
				const char *type_value)
{
	static const char *const keys[] = {"$ref", "type", "value", "display"};
	const char *strings[] = {scim_location(type->endpoint, id), type_value, id, display};

	return scim_new_strings(keys, strings, display ? 4 : 3);
}

static void
take_members(const ScimRegistration *registration, ScimRow *row, const Datum *values,
			 const bool *nulls)
{
	ScimMemberSum *members = &row->members;
	bytea	   *digest = nulls[SCIM_AT_MEMBER_DIGEST] ? NULL
	: DatumGetByteaPP(values[SCIM_AT_MEMBER_DIGEST]);

	/* with a membership table of its own it always tells; what is not filled counts as none */
	members->known = registration->storage->ties_members ||
		(!nulls[SCIM_AT_MEMBER_COUNT] && digest);
	members->count = nulls[SCIM_AT_MEMBER_COUNT] ? 0 : DatumGetInt64(values[SCIM_AT_MEMBER_COUNT]);
	if (digest)
		memcpy(members->digest, VARDATA_ANY(digest),
			   Min(VARSIZE_ANY_EXHDR(digest), SCIM_DIGEST_SIZE));
}

/* The content, from the data column and the mapped ones behind the fixed ones. */
static void
take_content(const ScimRegistration *registration, const Datum *values, const bool *nulls,
			 ScimRow *row)
{
	const ScimStorage *storage = registration->storage;

	if (storage->only_resources)
		row->stored = scim_row_document(registration, row->id, values[SCIM_AT_DATA],
										nulls[SCIM_AT_DATA]);
	else if (!nulls[SCIM_AT_DATA])
		row->stored = DatumGetJsonbP(values[SCIM_AT_DATA]);
	row->columns.values = (Datum *) values + scim_bare_columns(registration);
	row->columns.nulls = (bool *) nulls + scim_bare_columns(registration);
}

Jsonb *
scim_row_data(const ScimRegistration *registration, const ScimRow *row)
{
	return registration->storage->join(registration, row->stored, &row->columns, row->has_version);
}

JsonbValue *
scim_row_tree(const ScimRegistration *registration, const ScimRow *row)
{
	return scim_open(registration->storage->join_tree(registration, row->stored, &row->columns,
													  row->has_version));
}

void
scim_take_row(const ScimRegistration *registration, const Datum *values, const bool *nulls,
			  ScimRow *row)
{
	const Oid  *types = registration->types;
	const ScimFormat *formats = registration->formats;

	memset(row, 0, sizeof(ScimRow));
	row->id = scim_row_id(registration, values[SCIM_AT_ID], nulls[SCIM_AT_ID]);
	row->has_version = !nulls[SCIM_AT_VERSION];
	row->version = row->has_version ? TextDatumGetCString(values[SCIM_AT_VERSION]) : NULL;
	row->revision = nulls[SCIM_AT_REVISION]
		? 0
		: scim_integer_of(types[SCIM_COLUMN_REVISION], values[SCIM_AT_REVISION]);
	row->has_created = !nulls[SCIM_AT_CREATED] &&
		scim_column_to_instant(types[SCIM_COLUMN_CREATED], formats[SCIM_COLUMN_CREATED],
							   values[SCIM_AT_CREATED], &row->created);
	row->has_last_modified = !nulls[SCIM_AT_LAST_MODIFIED] &&
		scim_column_to_instant(types[SCIM_COLUMN_LAST_MODIFIED], formats[SCIM_COLUMN_LAST_MODIFIED],
							   values[SCIM_AT_LAST_MODIFIED], &row->last_modified);
	take_content(registration, values, nulls, row);
	if (registration->type->has_members)
		take_members(registration, row, values, nulls);
}

void
scim_read_row(const ScimRegistration *registration, uint64 index, ScimRow *row)
{
	HeapTuple	tuple = SPI_tuptable->vals[index];
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));

	/* the row outlives SPI_tuptable; lists have one more column behind */
	heap_deform_tuple(heap_copytuple(tuple), descriptor, values, nulls);
	scim_take_row(registration, values, nulls, row);
}

void
scim_know_members(const ScimRegistration *registration, const char *tenant, ScimRow *row,
				  bool fresh)
{
	if (!registration->type->has_members || row->members.known)
		return;
	row->members.known = true;
	if (scim_find_members(registration->type) == NULL)
		return;
	if (fresh)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	scim_sum_seen_members(registration, tenant, row->id, &row->members);
	if (fresh)
		PopActiveSnapshot();
}

/* tenant, ids */
static const ScimStatement see = {
	.sql = "SELECT {id} FROM {table} WHERE {in_tenant} AND {id}" EQ "ANY ($2)",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER}
};

uint64
scim_see_rows(const ScimRegistration *registration, const char *tenant, Datum *ids, int count,
			  bool read_only)
{
	Datum		values[2];

	values[0] = scim_tenant_datum(registration, tenant);
	values[1] = scim_id_array(registration->id_type, ids, count);
	return scim_run(&see, registration, values, NULL, read_only);
}
