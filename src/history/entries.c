/*
 * entries.c
 *		The entries of the history as they are read, by an index and without a
 *		statement: a version of then takes a few of them.
 *
 * Nobody but the database's owner may read the table.  Whoever calls this has
 * asked whether the caller may see the history of the resource (rights.h).
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "history/entries.h"
#include "history/table.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

struct ScimHistoryReader
{
	Relation	relation;		/* NULL: there is no history */
	Relation	index;
	SysScanDesc scan;
	ScanKeyData keys[4];		/* tenant, type, id, seq */
	bool		at_end;			/* the scan would begin anew */
};

/* ---- reading ---- */

static void
init_text_key(ScanKeyData *key, AttrNumber column, const char *value)
{
	if (value)
		ScanKeyEntryInitialize(key, 0, column, BTEqualStrategyNumber, InvalidOid,
							   DEFAULT_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(value));
	else
		ScanKeyEntryInitialize(key, SK_ISNULL | SK_SEARCHNULL, column, InvalidStrategy, InvalidOid,
							   InvalidOid, InvalidOid, (Datum) 0);
}

ScimHistoryReader *
scim_open_history(const char *tenant, const char *type, const char *id, int64 up_to)
{
	ScimHistoryReader *reader = palloc0(sizeof(ScimHistoryReader));
	Oid			relid = scim_history_table();

	if (!OidIsValid(relid))
		return reader;
	reader->relation = table_open(relid, AccessShareLock);
	reader->index = index_open(scim_history_resource_index(), AccessShareLock);
	init_text_key(&reader->keys[0], SCIM_HISTORY_TENANT, tenant);
	init_text_key(&reader->keys[1], SCIM_HISTORY_TYPE, type);
	init_text_key(&reader->keys[2], SCIM_HISTORY_ID, id);
	ScanKeyInit(&reader->keys[3], SCIM_HISTORY_SEQ, BTLessEqualStrategyNumber, F_INT8LE,
				Int64GetDatum(up_to));
	reader->scan = systable_beginscan_ordered(reader->relation, reader->index, GetActiveSnapshot(),
											  lengthof(reader->keys), reader->keys);
	return reader;
}

static Datum
column_of(const ScimHistoryReader *reader, HeapTuple row, int column, bool *isnull)
{
	return heap_getattr(row, column, RelationGetDescr(reader->relation), isnull);
}

static char *
text_of(const ScimHistoryReader *reader, HeapTuple row, int column)
{
	bool		isnull;
	Datum		value = column_of(reader, row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* "refused" is what none of the others is: what is not known leads nowhere. */
static ScimHistoryOperation
operation_of(const char *name)
{
	static const char *const names[] = {
		[SCIM_HISTORY_CREATE] = "create",
		[SCIM_HISTORY_UPDATE] = "update",
		[SCIM_HISTORY_DELETE] = "delete",
		[SCIM_HISTORY_TRUNCATE] = "truncate",
		[SCIM_HISTORY_REMAPPED] = "remapped"
	};

	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return SCIM_HISTORY_REFUSED;
}

ScimHistoryEntry *
scim_next_entry(ScimHistoryReader *reader)
{
	ScimHistoryEntry *entry;
	HeapTuple	row;
	Datum		revision;
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	if (reader->scan == NULL || reader->at_end)
		return NULL;
	row = systable_getnext_ordered(reader->scan, BackwardScanDirection);
	reader->at_end = !HeapTupleIsValid(row);
	if (reader->at_end)
		return NULL;
	entry = palloc0(sizeof(ScimHistoryEntry));
	/* what is stored out of line stays there until it is asked for */
	entry->row = heap_copytuple(row);
	entry->seq = DatumGetInt64(column_of(reader, entry->row, SCIM_HISTORY_SEQ, &isnull));
	entry->xid = U64FromFullTransactionId(DatumGetFullTransactionId(column_of(reader, entry->row,
																			  SCIM_HISTORY_XID, &isnull)));
	entry->at = DatumGetTimestampTz(column_of(reader, entry->row, SCIM_HISTORY_AT, &isnull));
	entry->operation = operation_of(text_of(reader, entry->row, SCIM_HISTORY_DID));
	revision = column_of(reader, entry->row, SCIM_HISTORY_REVISION, &isnull);
	entry->has_revision = !isnull;
	entry->revision = isnull ? 0 : DatumGetInt64(revision);
	entry->version = text_of(reader, entry->row, SCIM_HISTORY_VERSION);
	entry->previous_version = text_of(reader, entry->row, SCIM_HISTORY_PREVIOUS_VERSION);
	return entry;
}

void
scim_close_history(ScimHistoryReader *reader)
{
	if (reader->scan)
		systable_endscan_ordered(reader->scan);
	if (reader->index)
		index_close(reader->index, NoLock);
	if (reader->relation)
		table_close(reader->relation, NoLock);
	pfree(reader);
}

/* ---- what is asked of some ---- */

char *
scim_entry_actor(const ScimHistoryReader *reader, const ScimHistoryEntry *entry)
{
	bool		isnull;
	Datum		value = column_of(reader, entry->row, SCIM_HISTORY_ACTOR, &isnull);

	return isnull ? NULL : pstrdup(NameStr(*DatumGetName(value)));
}

char *
scim_entry_agent(const ScimHistoryReader *reader, const ScimHistoryEntry *entry)
{
	return text_of(reader, entry->row, SCIM_HISTORY_AGENT);
}

char *
scim_entry_tool(const ScimHistoryReader *reader, const ScimHistoryEntry *entry)
{
	return text_of(reader, entry->row, SCIM_HISTORY_TOOL);
}

List *
scim_entry_changed(const ScimHistoryReader *reader, const ScimHistoryEntry *entry)
{
	bool		isnull;
	Datum		value = column_of(reader, entry->row, SCIM_HISTORY_CHANGED, &isnull);
	List	   *names = NIL;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (isnull)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (!nulls[i])
			names = lappend(names, TextDatumGetCString(elements[i]));
	}
	return names;
}

static Jsonb *
jsonb_of(const ScimHistoryReader *reader, const ScimHistoryEntry *entry, int column)
{
	bool		isnull;
	Datum		value = column_of(reader, entry->row, column, &isnull);

	return isnull ? NULL : DatumGetJsonbP(value);
}

Jsonb *
scim_entry_before(const ScimHistoryReader *reader, const ScimHistoryEntry *entry)
{
	return jsonb_of(reader, entry, SCIM_HISTORY_BEFORE);
}

Jsonb *
scim_entry_members(const ScimHistoryReader *reader, const ScimHistoryEntry *entry)
{
	return jsonb_of(reader, entry, SCIM_HISTORY_MEMBERS);
}
