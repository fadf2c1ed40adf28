/*
 * row_version.c
 *		The version of a row of a table that has no column for it, in SQL: the
 *		condition of a conditional write asks for it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "catalog/pg_type.h"
#include "column/id.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/tenant.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(scim_row_version);

/*
 * What is kept from call to call of one statement; PL/pgSQL keeps it longer,
 * over a SET ROLE, too.
 */
typedef struct Known
{
	uint64		generation;		/* of registrations */
	Oid			role;			/* whose rights were looked at */
	const ScimRegistration *registration;
	Oid			relid;
	TupleDesc	descriptor;		/* of the records */
	char	   *tenant;			/* the last one that the caller may work in, or NULL */
} Known;

static const ScimRegistration *
find_registered(Oid relid)
{
	const ScimRegistration *registration = scim_find_table_by_relid(relid);
	ScimError  *error;

	if (registration)
		return registration;
	error = scim_error(SCIM_UNREGISTERED_RELATION);
	scim_error_text(error, "relation", get_rel_name(relid));
	scim_throw(error, "table \"%s\" is not registered", get_rel_name(relid));
}

/*
 * The type of the column of the record, InvalidOid where the table has none:
 * then its value is NULL.
 */
static Oid
expected_type(const ScimRegistration *registration, int i)
{
	int			fixed = scim_bare_columns(registration);

	if (i < fixed)
		return registration->columns[scim_bare[i]] ? registration->types[scim_bare[i]] : InvalidOid;
	i -= fixed;
	if (i < registration->mapped_count)
		return registration->mapped[i].base_type;
	return registration->types[SCIM_COLUMN_TENANT];
}

static int
expected_columns(const ScimRegistration *registration)
{
	return scim_bare_count(registration) +
		(registration->tenant_type ? 1 : 0);
}

/* Anybody may call with anything: the record must be one of the table's. */
static void
check_record(const ScimRegistration *registration, TupleDesc descriptor)
{
	bool		fits = descriptor->natts == expected_columns(registration);

	for (int i = 0; fits && i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		Oid			expected = expected_type(registration, i);

		fits = !attribute->attisdropped &&
			(!OidIsValid(expected) || getBaseType(attribute->atttypid) == getBaseType(expected));
	}
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the record has not the columns of "
															"table %s in the order of its mapping",
															registration->table)));
}

/* Who may not read the table learns nothing of its rows, of a group's members either. */
static void
check_privilege(Oid relid)
{
	Oid			role = GetUserId();

	if (pg_class_aclcheck(relid, role, ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relid, role, ACL_SELECT, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
}

/* A copy of the descriptor of the records. */
static TupleDesc
copy_descriptor(HeapTupleHeader record, MemoryContext context)
{
	TupleDesc	descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(record),
													HeapTupleHeaderGetTypMod(record));
	MemoryContext old = MemoryContextSwitchTo(context);
	TupleDesc	copy = CreateTupleDescCopy(descriptor);

	MemoryContextSwitchTo(old);
	ReleaseTupleDesc(descriptor);
	return copy;
}

static Known *
look_up(FmgrInfo *function, Oid relid, HeapTupleHeader record)
{
	Known	   *known = function->fn_extra;
	uint64		generation;

	if (known && known->generation == scim_registration_generation() &&
		known->role == GetUserId() && known->relid == relid &&
		known->descriptor->tdtypeid == HeapTupleHeaderGetTypeId(record) &&
		known->descriptor->tdtypmod == HeapTupleHeaderGetTypMod(record))
		return known;
	if (known == NULL)
		known = function->fn_extra = MemoryContextAllocZero(function->fn_mcxt, sizeof(Known));
	known->generation = 0;
	if (known->tenant)
		pfree(known->tenant);
	known->tenant = NULL;
	/* what changes while it is looked up is looked up again */
	generation = scim_registration_generation();
	known->registration = find_registered(relid);
	check_privilege(relid);
	known->role = GetUserId();
	known->relid = relid;
	if (known->descriptor)
		FreeTupleDesc(known->descriptor);
	known->descriptor = NULL;
	known->descriptor = copy_descriptor(record, function->fn_mcxt);
	check_record(known->registration, known->descriptor);
	known->generation = generation;
	return known;
}

/*
 * The record's tenant, which the caller may work in (TENANT_FORBIDDEN); NULL:
 * it has none.  Within SPI.
 */
static const char *
take_tenant(FmgrInfo *function, Known *known, Datum value, bool isnull)
{
	const ScimRegistration *registration = known->registration;
	const char *tenant = registration->tenant;

	if (registration->tenant_type && isnull)
		return NULL;
	if (registration->tenant_type)
		tenant = scim_id_text(registration->tenant_type, value);
	if (known->tenant && strcmp(known->tenant, tenant) == 0)
		return known->tenant;
	scim_check_tenant(registration, scim_tenant_of(registration, tenant));
	if (known->tenant)
		pfree(known->tenant);
	known->tenant = NULL;
	known->tenant = MemoryContextStrdup(function->fn_mcxt, tenant);
	return known->tenant;
}

/* Is there such a row, as far as the caller may see?  Within SPI. */
static bool
is_seen(const ScimRegistration *registration, const char *tenant, const char *id)
{
	Datum		value = scim_id_datum(registration, id);

	return scim_see_rows(registration, tenant, &value, 1, false) > 0;
}

/*
 * The version of the row.  What memberships add to it is asked as their owner,
 * or one group would have several versions: so of a group that the caller may
 * not see there is none, as of one that does not exist.  Within SPI.
 */
static const char *
version_of(const ScimRegistration *registration, const char *tenant, ScimRow *row)
{
	if (row->version)
		return row->version;
	if (registration->type->has_members && !row->members.known &&
		!is_seen(registration, tenant, row->id))
		return NULL;
	scim_know_members(registration, tenant, row, true);
	return scim_know_version_now(registration, tenant, row);
}

/*
 * scim_row_version(relation regclass, content record) -> text: "content" is
 * ROW(...) of the columns id, data, version, revision, created, lastModified,
 * of groups memberCount and memberDigest (each NULL where the table has none),
 * the mapped columns in the order of the stored mapping, and the tenant's if
 * there is one.  The version stored in it, or else the one of its content; NULL
 * without an id or a tenant, and of a group that the caller cannot see.  Errors:
 * NOT_REGISTERED, 42501 without SELECT on the table, TENANT_FORBIDDEN,
 * INVALID_VALUE (a record that lacks the document), and 42804 for another record.
 */
Datum
scim_row_version(PG_FUNCTION_ARGS)
{
	HeapTupleHeader record = PG_GETARG_HEAPTUPLEHEADER(1);
	Known	   *known = look_up(fcinfo->flinfo, PG_GETARG_OID(0), record);
	const ScimRegistration *registration = known->registration;
	int			count = known->descriptor->natts;
	Datum	   *values = palloc(count * sizeof(Datum));
	bool	   *nulls = palloc(count * sizeof(bool));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(record), .t_data = record};
	MemoryContext context = CurrentMemoryContext;
	text	   *result = NULL;
	const char *tenant;
	const char *version = NULL;
	ScimRow		row;

	heap_deform_tuple(&tuple, known->descriptor, values, nulls);
	if (nulls[SCIM_AT_ID])
		PG_RETURN_NULL();
	for (int i = 0; i < count; i++)
		nulls[i] |= !OidIsValid(expected_type(registration, i));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	MemoryContextSwitchTo(context);
	tenant = take_tenant(fcinfo->flinfo, known, values[count - 1], nulls[count - 1]);
	if (tenant)
	{
		scim_take_row(registration, values, nulls, &row);
		version = version_of(registration, tenant, &row);
	}
	/* running a statement has left us in the memory that SPI_finish frees */
	MemoryContextSwitchTo(context);
	if (version)
		result = cstring_to_text(version);
	SPI_finish();
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(result);
}
