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
#include "access/tupmacs.h"
#include "base/actor.h"
#include "catalog/pg_type.h"
#include "history/entries.h"
#include "history/place.h"
#include "history/values.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

struct ScimHistoryReader
{
	Relation	relation;		/* NULL: there is no history */
	Relation	index;
	SysScanDesc scan;
	ScanKeyData keys[5];		/* such as: tenant, type, id, seq */
	ScanDirection direction;	/* in the order of the index, whose last column is seq */
	bool		at_end;			/* the scan would begin anew */
	MemoryContext context;		/* of the scan */
};

/* ---- reading ---- */

/* Opens the table, and the index; false: there is no history. */
static bool
open_index(ScimHistoryReader *reader, ScimHistoryIndex which)
{
	reader->relation = scim_open_history_table(AccessShareLock);
	if (reader->relation == NULL)
		return false;
	reader->index = index_open(scim_history_index(reader->relation, which), AccessShareLock);
	return true;
}

static void
begin_scan(ScimHistoryReader *reader, int key_count, ScanDirection direction, Snapshot snapshot)
{
	reader->direction = direction;
	reader->context = CurrentMemoryContext;
	reader->scan = systable_beginscan_ordered(reader->relation, reader->index, snapshot,
											  key_count, reader->keys);
}

/* Of a column that the index has in that place. */
static void
init_text_key(ScimHistoryReader *reader, int place, AttrNumber column, const char *value)
{
	ScanKeyData *key = &reader->keys[place];

	if (value)
		ScanKeyEntryInitialize(key, 0, column, BTEqualStrategyNumber, InvalidOid,
							   reader->index->rd_indcollation[place], F_TEXTEQ,
							   CStringGetTextDatum(value));
	else
		ScanKeyEntryInitialize(key, SK_ISNULL | SK_SEARCHNULL, column, InvalidStrategy, InvalidOid,
							   InvalidOid, InvalidOid, (Datum) 0);
}

static void
init_type_keys(ScimHistoryReader *reader, const char *tenant, const char *type)
{
	init_text_key(reader, 0, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), tenant);
	init_text_key(reader, 1, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TYPE), type);
}

/* Of a resource, by an index that begins with that, up to a seq; they fall. */
static ScimHistoryReader *
open_backward(ScimHistoryIndex index, const char *tenant, const char *type, const char *id,
			  int64 up_to, Snapshot snapshot)
{
	ScimHistoryReader *reader = palloc0(sizeof(ScimHistoryReader));

	if (!open_index(reader, index))
		return reader;
	init_type_keys(reader, tenant, type);
	init_text_key(reader, 2, SCIM_ENTRY_NUMBER(SCIM_ENTRY_ID), id);
	ScanKeyInit(&reader->keys[3], SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ), BTLessEqualStrategyNumber,
				F_INT8LE, Int64GetDatum(up_to));
	begin_scan(reader, 4, BackwardScanDirection, snapshot);
	return reader;
}

ScimHistoryReader *
scim_open_history(const char *tenant, const char *type, const char *id, int64 up_to,
				  Snapshot snapshot)
{
	return open_backward(SCIM_BY_RESOURCE, tenant, type, id, up_to, snapshot);
}

ScimHistoryReader *
scim_open_refusals(const char *tenant, const char *type, const char *id)
{
	return open_backward(SCIM_BY_REFUSED, tenant, type, id, PG_INT64_MAX, NULL);
}

ScimHistoryReader *
scim_open_history_between(const char *tenant, const char *type, const char *id, int64 from,
						  int64 up_to, Snapshot snapshot)
{
	ScimHistoryReader *reader = palloc0(sizeof(ScimHistoryReader));

	if (!open_index(reader, SCIM_BY_RESOURCE))
		return reader;
	init_type_keys(reader, tenant, type);
	init_text_key(reader, 2, SCIM_ENTRY_NUMBER(SCIM_ENTRY_ID), id);
	ScanKeyInit(&reader->keys[3], SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ),
				BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	ScanKeyInit(&reader->keys[4], SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ), BTLessEqualStrategyNumber,
				F_INT8LE, Int64GetDatum(up_to));
	begin_scan(reader, 5, ForwardScanDirection, snapshot);
	return reader;
}

ScimHistoryReader *
scim_open_history_of_tenant(const char *tenant, int64 behind, int64 up_to, Snapshot snapshot)
{
	ScimHistoryReader *reader = palloc0(sizeof(ScimHistoryReader));

	if (!open_index(reader, SCIM_BY_SEQ))
		return reader;
	init_text_key(reader, 0, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), tenant);
	ScanKeyInit(&reader->keys[1], SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ), BTGreaterStrategyNumber,
				F_INT8GT, Int64GetDatum(behind));
	ScanKeyInit(&reader->keys[2], SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ), BTLessEqualStrategyNumber,
				F_INT8LE, Int64GetDatum(up_to));
	begin_scan(reader, 3, ForwardScanDirection, snapshot);
	return reader;
}

ScimHistoryReader *
scim_open_latest_of_tenant(const char *tenant, Snapshot snapshot)
{
	ScimHistoryReader *reader = palloc0(sizeof(ScimHistoryReader));

	if (!open_index(reader, SCIM_BY_SEQ))
		return reader;
	init_text_key(reader, 0, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), tenant);
	begin_scan(reader, 1, BackwardScanDirection, snapshot);
	return reader;
}

bool
scim_has_entries(const char *tenant, const char *type)
{
	ScimHistoryReader reader = {0};
	bool		found;

	if (!open_index(&reader, SCIM_BY_RESOURCE))
		return false;
	init_type_keys(&reader, tenant, type);
	begin_scan(&reader, 2, BackwardScanDirection, NULL);
	found = systable_getnext_ordered(reader.scan, BackwardScanDirection) != NULL;
	systable_endscan_ordered(reader.scan);
	index_close(reader.index, NoLock);
	table_close(reader.relation, NoLock);
	return found;
}

static ScimHistoryOperation
operation_of(Datum name)
{
	const struct varlena *packed = PG_DETOAST_DATUM_PACKED(name);

	return scim_operation_named(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
}

/* The column as text; NULL: there is none. */
static char *
text_of(const ScimHistoryEntry *entry, ScimEntryColumn column)
{
	return entry->nulls[column] ? NULL : TextDatumGetCString(entry->values[column]);
}

/* Has its owner, who took a NOT NULL away, left out what each entry has? */
static bool
lacks_any(const bool *nulls)
{
	for (int i = 0; i < SCIM_ENTRY_COLUMNS; i++)
	{
		if (scim_entry_forms[i].always && nulls[i])
			return true;
	}
	return false;
}

ScimHistoryEntry *
scim_entry_of(HeapTuple row, TupleDesc descriptor)
{
	ScimHistoryEntry *entry = palloc0(sizeof(ScimHistoryEntry));
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));

	entry->row = heap_copytuple(row);
	heap_deform_tuple(entry->row, descriptor, values, nulls);
	entry->values = values;
	entry->nulls = nulls;
	entry->seq = DatumGetInt64(values[SCIM_ENTRY_SEQ]);
	entry->xid = U64FromFullTransactionId(DatumGetFullTransactionId(values[SCIM_ENTRY_XID]));
	entry->at = DatumGetTimestampTz(values[SCIM_ENTRY_AT]);
	entry->operation = lacks_any(nulls) ? SCIM_HISTORY_REFUSED
		: operation_of(values[SCIM_ENTRY_OPERATION]);
	entry->has_revision = !nulls[SCIM_ENTRY_REVISION];
	if (entry->has_revision)
		entry->revision = DatumGetInt64(values[SCIM_ENTRY_REVISION]);
	entry->version = text_of(entry, SCIM_ENTRY_VERSION);
	entry->previous_version = text_of(entry, SCIM_ENTRY_PREVIOUS_VERSION);
	return entry;
}

ScimHistoryEntry *
scim_next_entry(ScimHistoryReader *reader)
{
	MemoryContext caller;
	HeapTuple	row;

	CHECK_FOR_INTERRUPTS();
	if (reader->scan == NULL || reader->at_end)
		return NULL;
	/* the caller's may be one for each entry */
	caller = MemoryContextSwitchTo(reader->context);
	row = systable_getnext_ordered(reader->scan, reader->direction);
	MemoryContextSwitchTo(caller);
	reader->at_end = !HeapTupleIsValid(row);
	return reader->at_end ? NULL : scim_entry_of(row, RelationGetDescr(reader->relation));
}

void
scim_free_entry(ScimHistoryEntry *entry)
{
	heap_freetuple(entry->row);
	pfree(entry->values);
	pfree(entry->nulls);
	if (entry->version)
		pfree(entry->version);
	if (entry->previous_version)
		pfree(entry->previous_version);
	pfree(entry);
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
scim_entry_type(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_TYPE);
}

char *
scim_entry_id(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_ID);
}

char *
scim_entry_actor(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_ACTOR);
}

char *
scim_entry_agent(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_AGENT);
}

/* Has the column that text ("": none)? */
static bool
has_text(const ScimHistoryEntry *entry, ScimEntryColumn column, const char *text)
{
	return entry->nulls[column] ? text[0] == '\0' : scim_is_text(entry->values[column], text);
}

bool
scim_entry_was_refused(const ScimHistoryEntry *entry, const char *error_code)
{
	return has_text(entry, SCIM_ENTRY_ERROR_CODE, error_code);
}

bool
scim_entry_is_by(const ScimHistoryEntry *entry, const ScimAuthor *author)
{
	return has_text(entry, SCIM_ENTRY_ACTOR, author->actor) &&
		has_text(entry, SCIM_ENTRY_AGENT, author->agent) &&
		has_text(entry, SCIM_ENTRY_PRINCIPAL, author->principal);
}

static const char *
or_empty(const char *text)
{
	return text ? text : "";
}

ScimAuthor
scim_entry_author(const ScimHistoryEntry *entry)
{
	return (ScimAuthor)
	{
		.actor = or_empty(scim_entry_actor(entry)),
			.agent = or_empty(scim_entry_agent(entry)),
			.principal = or_empty(scim_entry_principal(entry)),
	};
}

ScimAuthor
scim_acting_author(void)
{
	ScimActor	actor = scim_actor();

	return (ScimAuthor)
	{
		.actor = or_empty(GetUserNameFromId(actor.role, true)),
			.agent = actor.agent,
			.principal = or_empty(actor.principal),
	};
}

char *
scim_entry_tool(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_TOOL);
}

char *
scim_entry_principal(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_PRINCIPAL);
}

char *
scim_entry_trace(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_TRACE);
}

char *
scim_entry_proposal(const ScimHistoryEntry *entry)
{
	return entry->nulls[SCIM_ENTRY_PROPOSAL] ? NULL
		: OidOutputFunctionCall(F_UUID_OUT, entry->values[SCIM_ENTRY_PROPOSAL]);
}

char *
scim_entry_expected_version(const ScimHistoryEntry *entry)
{
	return text_of(entry, SCIM_ENTRY_EXPECTED_VERSION);
}

List *
scim_entry_changed(const ScimHistoryEntry *entry)
{
	List	   *names = NIL;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (entry->nulls[SCIM_ENTRY_CHANGED])
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(entry->values[SCIM_ENTRY_CHANGED]), TEXTOID, -1,
					  false, TYPALIGN_INT, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (!nulls[i])
			names = lappend(names, TextDatumGetCString(elements[i]));
	}
	return names;
}

int
scim_entry_changed_count(const ScimHistoryEntry *entry)
{
	const ArrayType *array;

	if (entry->nulls[SCIM_ENTRY_CHANGED])
		return 0;
	array = DatumGetArrayTypeP(entry->values[SCIM_ENTRY_CHANGED]);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/* As an array of texts is read in place: each step of a walk backwards asks. */
bool
scim_entry_names(const ScimHistoryEntry *entry, const char *name)
{
	ArrayType  *array;
	char	   *element;
	int			count;

	if (entry->nulls[SCIM_ENTRY_CHANGED])
		return false;
	array = DatumGetArrayTypeP(entry->values[SCIM_ENTRY_CHANGED]);
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	element = (char *) array + ARR_OVERHEAD_NONULLS(ARR_NDIM(array));
	/* of ours no element is NULL; one that is takes no place among the others */
	if (ARR_HASNULL(array))
		count = 0;
	for (int i = 0; i < count; i++)
	{
		if (scim_is_text(PointerGetDatum(element), name))
			return true;
		element = att_addlength_pointer(element, -1, element);
		element = (char *) att_align_nominal(element, TYPALIGN_INT);
	}
	return false;
}

static Jsonb *
jsonb_of(const ScimHistoryEntry *entry, ScimEntryColumn column)
{
	return entry->nulls[column] ? NULL : DatumGetJsonbP(entry->values[column]);
}

Jsonb *
scim_entry_before(const ScimHistoryEntry *entry)
{
	return jsonb_of(entry, SCIM_ENTRY_BEFORE);
}

bool
scim_entry_has_members(const ScimHistoryEntry *entry)
{
	return !entry->nulls[SCIM_ENTRY_MEMBERS];
}

Jsonb *
scim_entry_members(const ScimHistoryEntry *entry)
{
	return jsonb_of(entry, SCIM_ENTRY_MEMBERS);
}
