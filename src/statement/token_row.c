/*
 * token_row.c
 *		The rows of scim_tokens.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/uuids.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "registry/relation_changes.h"
#include "statement/own_table.h"
#include "statement/token_row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

/* Its columns, in their order. */
enum
{
	TOKEN_ID, TOKEN_DIGEST, TOKEN_ROLE, TOKEN_TENANT, TOKEN_PRINCIPAL, TOKEN_SUBJECT_TYPE,
	TOKEN_SUBJECT_ID, TOKEN_SCOPES, TOKEN_TOOLS, TOKEN_PROFILE, TOKEN_AGENT, TOKEN_MAX_PER_MINUTE,
	TOKEN_CREATED_BY, TOKEN_CREATED_AT, TOKEN_LASTS, TOKEN_EXPIRES_AT, TOKEN_REVOKED_AT,
	TOKEN_COLUMNS
};

static const Oid column_types[TOKEN_COLUMNS] = {
	[TOKEN_ID] = UUIDOID,
	[TOKEN_DIGEST] = BYTEAOID,
	[TOKEN_ROLE] = REGROLEOID,
	[TOKEN_TENANT] = TEXTOID,
	[TOKEN_PRINCIPAL] = TEXTOID,
	[TOKEN_SUBJECT_TYPE] = TEXTOID,
	[TOKEN_SUBJECT_ID] = TEXTOID,
	[TOKEN_SCOPES] = TEXTARRAYOID,
	[TOKEN_TOOLS] = TEXTARRAYOID,
	[TOKEN_PROFILE] = TEXTOID,
	[TOKEN_AGENT] = TEXTOID,
	[TOKEN_MAX_PER_MINUTE] = INT4OID,
	[TOKEN_CREATED_BY] = TEXTOID,
	[TOKEN_CREATED_AT] = TIMESTAMPTZOID,
	[TOKEN_LASTS] = INTERVALOID,
	[TOKEN_EXPIRES_AT] = TIMESTAMPTZOID,
	[TOKEN_REVOKED_AT] = TIMESTAMPTZOID
};

static const int required[] = {
	TOKEN_ID, TOKEN_DIGEST, TOKEN_ROLE, TOKEN_TENANT, TOKEN_PRINCIPAL, TOKEN_SCOPES,
	TOKEN_CREATED_AT
};

/* ---- the table ---- */

Oid
scim_tokens_table(void)
{
	Oid			table = scim_find_own_relation("scim_tokens");

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that has no tokens", "scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	return table;
}

/* ---- a row ---- */

/* Its owner may have taken NOT NULL away. */
static void
check_complete(Relation table, const bool *nulls)
{
	for (int i = 0; i < (int) lengthof(required); i++)
	{
		if (nulls[required[i]])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a row of table \"%s\" has no \"%s\"", RelationGetRelationName(table),
							NameStr(TupleDescAttr(RelationGetDescr(table),
												  required[i])->attname)),
					 errhint("Delete it.")));
	}
}

int
scim_scope_of(const char *name)
{
	return strcmp(name, "scim") == 0 ? SCIM_SCOPE_SCIM
		: strcmp(name, "mcp") == 0 ? SCIM_SCOPE_MCP
		: strcmp(name, "read_only") == 0 ? SCIM_SCOPE_READ_ONLY : 0;
}

static Datum *
elements(Datum array, int *count)
{
	Datum	   *values;
	bool	   *nulls;
	int			kept = 0;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
					  count);
	for (int i = 0; i < *count; i++)
	{
		if (!nulls[i])
			values[kept++] = values[i];
	}
	*count = kept;
	return values;
}

static int
scopes_of(Datum array)
{
	int			count;
	Datum	   *words = elements(array, &count);
	int			scopes = 0;

	for (int i = 0; i < count; i++)
		scopes |= scim_scope_of(TextDatumGetCString(words[i]));
	return scopes;
}

/* As scimver.toolset has them.  Empty would stand for all. */
static const char *
tools_of(Datum array)
{
	int			count;
	Datum	   *words = elements(array, &count);
	StringInfoData tools;

	initStringInfo(&tools);
	appendStringInfoString(&tools, count == 0 ? "none" : "");
	for (int i = 0; i < count; i++)
		appendStringInfo(&tools, "%s%s", i > 0 ? "," : "", TextDatumGetCString(words[i]));
	return tools.data;
}

static char *
text_of(Datum value, bool isnull)
{
	return isnull ? NULL : TextDatumGetCString(value);
}

static void
take_who(const Datum *values, const bool *nulls, ScimEntered *who)
{
	*who = (ScimEntered)
	{
		.token = scim_uuid_text(DatumGetUUIDP(values[TOKEN_ID])),
			.principal = TextDatumGetCString(values[TOKEN_PRINCIPAL]),
			.role = DatumGetObjectId(values[TOKEN_ROLE]),
			.tenant = TextDatumGetCString(values[TOKEN_TENANT]),
			.subject_type = text_of(values[TOKEN_SUBJECT_TYPE], nulls[TOKEN_SUBJECT_TYPE]),
			.subject_id = text_of(values[TOKEN_SUBJECT_ID], nulls[TOKEN_SUBJECT_ID]),
			.tools = nulls[TOKEN_TOOLS] ? NULL : tools_of(values[TOKEN_TOOLS]),
			.profile = text_of(values[TOKEN_PROFILE], nulls[TOKEN_PROFILE]),
			.agent = text_of(values[TOKEN_AGENT], nulls[TOKEN_AGENT]),
			.scopes = scopes_of(values[TOKEN_SCOPES]),
			.max_per_minute = nulls[TOKEN_MAX_PER_MINUTE] ? 0
			: DatumGetInt32(values[TOKEN_MAX_PER_MINUTE]),
	};
}

/* Palloc'd, as the values may lie in the row. */
static void
take_row(HeapTuple found, Relation table, ScimTokenRow *row)
{
	int			columns = RelationGetDescr(table)->natts;
	Datum	   *values = palloc(columns * sizeof(Datum));
	bool	   *nulls = palloc(columns * sizeof(bool));

	heap_deform_tuple(found, RelationGetDescr(table), values, nulls);
	check_complete(table, nulls);
	take_who(values, nulls, &row->who);
	row->created_at = DatumGetTimestampTz(values[TOKEN_CREATED_AT]);
	row->ends_at = nulls[TOKEN_EXPIRES_AT] ? DT_NOEND
		: DatumGetTimestampTz(values[TOKEN_EXPIRES_AT]);
	row->is_revoked = !nulls[TOKEN_REVOKED_AT];
	pfree(values);
	pfree(nulls);
}

bool
scim_token_is_in_force(const ScimTokenRow *row)
{
	return !row->is_revoked && row->ends_at > GetCurrentTimestamp();
}

/* ---- finding one ---- */

/* As each request asks: the index on the digests, until the table or the index changes. */
static struct
{
	Oid			table;			/* InvalidOid: nothing is known */
	Oid			index;
}			known;

static void
relation_changed(Oid relid)
{
	if (!OidIsValid(relid) || relid == known.table || relid == known.index)
		known.table = InvalidOid;
}

/* InvalidOid: its owner has dropped it, and all rows are looked at. */
static Oid
find_index(Relation table, int column)
{
	AttrNumber	number = column + 1;
	uint64		started;
	Oid			found;

	if (likely(column == TOKEN_DIGEST && known.table == RelationGetRelid(table)))
		return known.index;
	scim_hear_of_relations(relation_changed);
	started = scim_relation_changes();
	scim_check_columns(table, column_types, TOKEN_COLUMNS);
	found = scim_find_index_on(table, &number, 1);
	if (column == TOKEN_DIGEST && OidIsValid(found) && started == scim_relation_changes())
	{
		known.table = RelationGetRelid(table);
		known.index = found;
	}
	return found;
}

static bool
find(int column, RegProcedure equal, Datum key, ScimTokenRow *row)
{
	Relation	table = table_open(scim_tokens_table(), AccessShareLock);
	Oid			index = find_index(table, column);
	ScanKeyData scan_key;
	SysScanDesc scan;
	HeapTuple	found;
	bool		is_there;

	ScanKeyInit(&scan_key, column + 1, BTEqualStrategyNumber, equal, key);
	scan = systable_beginscan(table, index, OidIsValid(index), NULL, 1, &scan_key);
	found = systable_getnext(scan);
	is_there = HeapTupleIsValid(found);
	if (is_there)
		take_row(found, table, row);
	systable_endscan(scan);
	table_close(table, NoLock);
	return is_there;
}

bool
scim_find_token(bytea *digest, ScimTokenRow *row)
{
	return find(TOKEN_DIGEST, F_BYTEAEQ, PointerGetDatum(digest), row);
}

bool
scim_find_token_by_id(const pg_uuid_t *id, ScimTokenRow *row)
{
	return find(TOKEN_ID, F_UUID_EQ, UUIDPGetDatum(id), row);
}
