/*
 * profile_rows.c
 *		The rows of scim_profiles and scim_tenant_profiles.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "statement/own_table.h"
#include "statement/profile_rows.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"

/* The columns of scim_profiles, and of scim_tenant_profiles, in their order. */
enum
{
	PROFILE_NAME,
	PROFILE_RULES,
	PROFILE_BUILT_IN,
	PROFILE_COLUMNS
};

enum
{
	TENANT_ID,
	TENANT_PROFILE,
	TENANT_COLUMNS
};

static const Oid profile_types[PROFILE_COLUMNS] = {
	[PROFILE_NAME] = TEXTOID,
	[PROFILE_RULES] = JSONBOID,
	[PROFILE_BUILT_IN] = BOOLOID
};

static const Oid tenant_types[TENANT_COLUMNS] = {
	[TENANT_ID] = TEXTOID,
	[TENANT_PROFILE] = TEXTOID
};

/* ---- the tables ---- */

Oid
scim_profiles_table(void)
{
	return scim_find_own_relation("scim_profiles");
}

Oid
scim_tenant_profiles_table(void)
{
	return scim_find_own_relation("scim_tenant_profiles");
}

/* NULL: there is none. */
static Relation
open_table(Oid relid, const Oid *types, int columns)
{
	Relation	table;

	if (!OidIsValid(relid))
		return NULL;
	table = table_open(relid, AccessShareLock);
	scim_check_columns(table, types, columns);
	return table;
}

static Relation
open_tenants(void)
{
	return open_table(scim_tenant_profiles_table(), tenant_types, TENANT_COLUMNS);
}

/* Its owner may have taken NOT NULL away. */
static Datum
column_of(HeapTuple row, Relation table, int column)
{
	bool		isnull;
	Datum		value = heap_getattr(row, column + 1, RelationGetDescr(table), &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a row of table \"%s\" has no \"%s\"", RelationGetRelationName(table),
						NameStr(TupleDescAttr(RelationGetDescr(table), column)->attname)),
				 errhint("Delete it.")));
	return value;
}

/* ---- reading ---- */

/* A copy of the row that has the name in its first column, the key; NULL: there is none. */
static HeapTuple
find_row(Relation table, const char *name)
{
	static const AttrNumber key_column = 1;
	Oid			index = scim_find_index_on(table, &key_column, 1);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	found;

	scim_init_text_key(&key, table, 0, name);
	scan = systable_beginscan(table, index, OidIsValid(index), NULL, 1, &key);
	found = systable_getnext(scan);
	if (HeapTupleIsValid(found))
		found = heap_copytuple(found);
	systable_endscan(scan);
	if (OidIsValid(index))
		UnlockRelationOid(index, AccessShareLock);
	return found;
}

void
scim_take_profile_row(HeapTuple found, Relation table, ScimProfileRow *row)
{
	scim_check_columns(table, profile_types, PROFILE_COLUMNS);
	row->name = TextDatumGetCString(column_of(found, table, PROFILE_NAME));
	row->rules = DatumGetJsonbPCopy(column_of(found, table, PROFILE_RULES));
	row->built_in = DatumGetBool(column_of(found, table, PROFILE_BUILT_IN));
}

bool
scim_read_profile_row(const char *name, ScimProfileRow *row)
{
	Relation	table = open_table(scim_profiles_table(), profile_types, PROFILE_COLUMNS);
	HeapTuple	found;

	if (table == NULL)
		return false;
	found = find_row(table, name);
	if (found)
		scim_take_profile_row(found, table, row);
	table_close(table, AccessShareLock);
	return found != NULL;
}

char *
scim_read_tenant_profile(const char *tenant)
{
	Relation	table = open_tenants();
	HeapTuple	found;
	char	   *profile = NULL;

	if (table == NULL)
		return NULL;
	found = find_row(table, tenant);
	if (found)
		profile = TextDatumGetCString(column_of(found, table, TENANT_PROFILE));
	table_close(table, AccessShareLock);
	return profile;
}

char *
scim_tenant_with_profile(const char *profile)
{
	Relation	table = open_tenants();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	found;
	char	   *tenant = NULL;

	if (table == NULL)
		return NULL;
	scim_init_text_key(&key, table, TENANT_PROFILE, profile);
	scan = systable_beginscan(table, InvalidOid, false, NULL, 1, &key);
	found = systable_getnext(scan);
	if (HeapTupleIsValid(found))
		tenant = TextDatumGetCString(column_of(found, table, TENANT_ID));
	systable_endscan(scan);
	table_close(table, AccessShareLock);
	return tenant;
}

bool
scim_has_no_tenant_profiles(void)
{
	Relation	table = open_tenants();
	bool		none;

	if (table == NULL)
		return true;
	none = RelationGetNumberOfBlocks(table) == 0;
	table_close(table, AccessShareLock);
	return none;
}
