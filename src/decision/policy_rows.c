/*
 * policy_rows.c
 *		The rows of scim_policy_rows.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "decision/policy_rows.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"

/* Its columns, in their order. */
enum
{
	POLICY_TENANT,
	POLICY_TYPE,
	POLICY_DOCUMENT,
	POLICY_VERSION,
	POLICY_MODIFIED,
	POLICY_COLUMNS
};

static const Oid column_types[POLICY_COLUMNS] = {
	[POLICY_TENANT] = TEXTOID,
	[POLICY_TYPE] = TEXTOID,
	[POLICY_DOCUMENT] = JSONBOID,
	[POLICY_VERSION] = TEXTOID,
	[POLICY_MODIFIED] = TIMESTAMPTZOID
};

/* ---- the table ---- */

Oid
scim_policies_table(void)
{
	return scim_find_own_relation("scim_policy_rows");
}

void
scim_check_policies_table(Relation table)
{
	scim_check_columns(table, column_types, POLICY_COLUMNS);
}

/* NULL: there is none. */
static Relation
open_table(void)
{
	Oid			relid = scim_policies_table();
	Relation	table;

	if (!OidIsValid(relid))
		return NULL;
	table = table_open(relid, AccessShareLock);
	scim_check_policies_table(table);
	return table;
}

static Oid
find_index(Relation table)
{
	static const AttrNumber columns[] = {POLICY_TENANT + 1, POLICY_TYPE + 1};

	return scim_find_index_on(table, columns, lengthof(columns));
}

/* ---- reading ---- */

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

void
scim_take_policy_row(HeapTuple found, Relation table, ScimPolicyRow *row)
{
	row->tenant = TextDatumGetCString(column_of(found, table, POLICY_TENANT));
	row->type = TextDatumGetCString(column_of(found, table, POLICY_TYPE));
	row->document = DatumGetJsonbPCopy(column_of(found, table, POLICY_DOCUMENT));
	row->version = TextDatumGetCString(column_of(found, table, POLICY_VERSION));
}

static bool
read_from(Relation table, const char *tenant, const char *type, Snapshot snapshot,
		  ScimPolicyRow *row)
{
	Oid			index = find_index(table);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	found;

	scim_init_text_key(&keys[0], table, POLICY_TENANT, tenant);
	scim_init_text_key(&keys[1], table, POLICY_TYPE, type);
	scan = systable_beginscan(table, index, OidIsValid(index), snapshot, lengthof(keys), keys);
	found = systable_getnext(scan);
	if (HeapTupleIsValid(found))
		scim_take_policy_row(found, table, row);
	systable_endscan(scan);
	return HeapTupleIsValid(found);
}

bool
scim_read_policy_row(const char *tenant, const char *type, Snapshot snapshot, ScimPolicyRow *row)
{
	Relation	table = open_table();
	bool		found;

	if (table == NULL)
		return false;
	found = read_from(table, tenant, type, snapshot, row);
	table_close(table, NoLock);
	return found;
}

static List *
read_of_type(Relation table, const char *type)
{
	List	   *rows = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	found;

	scim_init_text_key(&key, table, POLICY_TYPE, type);
	scan = systable_beginscan(table, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(found = systable_getnext(scan)))
	{
		ScimPolicyRow *row = palloc(sizeof(ScimPolicyRow));

		CHECK_FOR_INTERRUPTS();
		scim_take_policy_row(found, table, row);
		rows = lappend(rows, row);
	}
	systable_endscan(scan);
	return rows;
}

List *
scim_policies_of_type(const char *type)
{
	Relation	table = open_table();
	List	   *rows;

	if (table == NULL)
		return NIL;
	rows = read_of_type(table, type);
	table_close(table, NoLock);
	return rows;
}

bool
scim_has_no_policies(void)
{
	Relation	table = open_table();
	bool		none;

	if (table == NULL)
		return true;
	none = RelationGetNumberOfBlocks(table) == 0;
	table_close(table, NoLock);
	return none;
}

/* ---- writing ---- */

static Oid
required_table(void)
{
	Oid			table = scim_policies_table();

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that has no policies", "scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	return table;
}

void
scim_lock_policies(void)
{
	LockRelationOid(required_table(), ShareRowExclusiveLock);
}

static const char write_statement[] =
"INSERT INTO %s.scim_policy_rows (tenant_id, resource_type, policy, version, last_modified)"
" VALUES ($1, $2, $3, $4, pg_catalog.clock_timestamp())"
" ON CONFLICT (tenant_id, resource_type) DO UPDATE SET policy = excluded.policy,"
" version = excluded.version, last_modified = excluded.last_modified";

static const char remove_statement[] =
"DELETE FROM ONLY %s.scim_policy_rows WHERE tenant_id" SQL_OP("=") "$1 AND resource_type"
SQL_OP("=") "$2";

/* How many rows; without a document, one less is needed to remove it. */
static uint64
run_statement(const char *tenant, const char *type, const ScimPolicyRow *row)
{
	Datum		values[] = {CStringGetTextDatum(tenant), CStringGetTextDatum(type), 0, 0};

	if (row == NULL)
		return scim_write_own(remove_statement, 2, column_types, values, NULL);
	values[POLICY_DOCUMENT] = JsonbPGetDatum(row->document);
	values[POLICY_VERSION] = CStringGetTextDatum(row->version);
	return scim_write_own(write_statement, POLICY_MODIFIED, column_types, values, NULL);
}

void
scim_write_policy_row(const char *tenant, const char *type, const ScimPolicyRow *row)
{
	ScimRole	role;
	uint64		count;

	scim_act_as_owner_of(required_table(), &role);
	count = run_statement(tenant, type, row);
	scim_act_as_before(&role);
	if (count == 0)
		scim_throw_not_kept("scim_policy_rows");

	/* what follows in the transaction goes by it */
	CommandCounterIncrement();
}
