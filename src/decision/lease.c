/*
 * lease.c
 *		Leases as they are read.
 *
 * Where no snapshot is named, the server reads such a table as it reads its catalogs: under
 * one that is taken for the purpose.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "column/instant.h"
#include "decision/lease.h"
#include "decision/place.h"
#include "miscadmin.h"
#include "statement/own_table.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/* ---- rows ---- */

static char *
text_of(Datum value, bool isnull)
{
	return isnull ? NULL : TextDatumGetCString(value);
}

/* Its owner may have taken NOT NULL away. */
static void
check_complete(TupleDesc descriptor, const bool *nulls)
{
	for (int i = 0; i < SCIM_LEASE_COLUMNS; i++)
	{
		if (nulls[i] && i != SCIM_LEASE_PRINCIPAL && i != SCIM_LEASE_AGENT &&
			i != SCIM_LEASE_PURPOSE)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a row of table \"%s\" has no \"%s\"", "scim_leases",
							NameStr(TupleDescAttr(descriptor, i)->attname)),
					 errhint("Delete it.")));
	}
}

/* The row, in the current context. */
static void
read_lease(HeapTuple row, TupleDesc descriptor, ScimLease *lease)
{
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));

	heap_deform_tuple(row, descriptor, values, nulls);
	check_complete(descriptor, nulls);
	lease->tenant = TextDatumGetCString(values[SCIM_LEASE_TENANT]);
	lease->type = TextDatumGetCString(values[SCIM_LEASE_TYPE]);
	lease->id = TextDatumGetCString(values[SCIM_LEASE_RESOURCE]);
	lease->lease_id = *DatumGetUUIDP(values[SCIM_LEASE_ID]);
	lease->actor = TextDatumGetCString(values[SCIM_LEASE_ACTOR]);
	lease->principal = text_of(values[SCIM_LEASE_PRINCIPAL], nulls[SCIM_LEASE_PRINCIPAL]);
	lease->agent = text_of(values[SCIM_LEASE_AGENT], nulls[SCIM_LEASE_AGENT]);
	lease->purpose = text_of(values[SCIM_LEASE_PURPOSE], nulls[SCIM_LEASE_PURPOSE]);
	/* its owner may have written "infinity", which no answer could tell */
	lease->expires_at = Min(DatumGetTimestampTz(values[SCIM_LEASE_EXPIRES_AT]),
							SCIM_LAST_INSTANT);
	pfree(values);
	pfree(nulls);
}

/*
 * Most that are found have ended long ago: nothing else is read of these.  What lacks an end
 * is to be read, and so found out.
 */
static bool
is_in_force(HeapTuple row, TupleDesc descriptor)
{
	bool		isnull;
	Datum		expires_at = heap_getattr(row, SCIM_LEASE_EXPIRES_AT + 1, descriptor, &isnull);

	return isnull || DatumGetTimestampTz(expires_at) > GetCurrentTimestamp();
}

bool
scim_lease_is_in_force(const ScimLease *lease)
{
	return lease->expires_at > GetCurrentTimestamp();
}

const char *
scim_lease_holder(const ScimLease *lease)
{
	return lease->agent ? lease->agent : lease->principal ? lease->principal : lease->actor;
}

/* ---- looking for them ---- */

/*
 * Has it had a row since it was vacuumed?  Where nobody takes leases, a write asks no more
 * than that.
 */
static bool
has_pages(Relation table)
{
	return RelationGetNumberOfBlocks(table) > 0;
}

/* The one row of the table that has the keys, by that index. */
static bool
find_row(Relation table, ScimLeaseIndex which, ScanKeyData *keys, int key_count,
		 bool only_in_force, ScimLease *lease)
{
	Relation	index = index_open(scim_leases_index(table, which), AccessShareLock);
	SysScanDesc scan = systable_beginscan_ordered(table, index, NULL, key_count, keys);
	HeapTuple	row = systable_getnext_ordered(scan, ForwardScanDirection);
	bool		found = HeapTupleIsValid(row) &&
		(!only_in_force || is_in_force(row, RelationGetDescr(table)));

	if (found)
		read_lease(row, RelationGetDescr(table), lease);
	systable_endscan_ordered(scan);
	index_close(index, NoLock);
	return found;
}

static bool
find_of_resource(Relation table, const char *tenant, const char *type, const char *id,
				 ScimLease *lease)
{
	ScanKeyData keys[3];

	scim_init_text_key(&keys[0], table, SCIM_LEASE_TENANT, tenant);
	scim_init_text_key(&keys[1], table, SCIM_LEASE_TYPE, type);
	scim_init_text_key(&keys[2], table, SCIM_LEASE_RESOURCE, id);
	return find_row(table, SCIM_LEASES_BY_RESOURCE, keys, lengthof(keys), true, lease);
}

bool
scim_find_lease(const char *tenant, const char *type, const char *id, ScimLease *lease)
{
	Relation	table = scim_open_leases();
	bool		found;

	if (table == NULL)
		return false;
	found = has_pages(table) && find_of_resource(table, tenant, type, id, lease);
	table_close(table, NoLock);
	return found;
}

bool
scim_find_lease_by_id(const pg_uuid_t *lease_id, ScimLease *lease)
{
	Relation	table = scim_open_leases();
	ScanKeyData key;
	bool		found;

	if (table == NULL)
		return false;
	ScanKeyInit(&key, SCIM_LEASE_ID + 1, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(lease_id));
	found = find_row(table, SCIM_LEASES_BY_ID, &key, 1, false, lease);
	table_close(table, NoLock);
	return found;
}

/* Truncating a table is rare: no index leads from a type to its leases. */
bool
scim_find_lease_of_type(const char *type, ScimLeaseTest counts, const void *argument,
						ScimLease *lease)
{
	Relation	table = scim_open_leases();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	bool		found = false;

	if (table == NULL)
		return false;
	scim_init_text_key(&key, table, SCIM_LEASE_TYPE, type);
	scan = systable_beginscan(table, InvalidOid, false, NULL, 1, &key);
	while (!found && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_in_force(row, RelationGetDescr(table)))
			continue;
		read_lease(row, RelationGetDescr(table), lease);
		found = counts(lease, argument);
	}
	systable_endscan(scan);
	table_close(table, NoLock);
	return found;
}
