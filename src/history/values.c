/*
 * values.c
 *		The values that a column has, each once: a loose index scan.
 *
 * Neither a plan nor a role is needed for it, and nobody's code is run but that of
 * the column's type: what is recorded of a table does not depend on who asks.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "base/compat.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "executor/tuptable.h"
#include "history/values.h"
#include "miscadmin.h"
#include "statement/own_table.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* ---- indexes ---- */

/* A complete B-tree that begins with the column, opened; NULL: there is none. */
static Relation
open_leading_index(Relation relation, AttrNumber column)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		const FormData_pg_index *form = index->rd_index;

		if (index->rd_rel->relam == BTREE_AM_OID && form->indisvalid &&
			RelationGetIndexPredicate(index) == NIL && form->indkey.values[0] == column &&
			scim_tells_apart(index, 0))
			return index;
		index_close(index, AccessShareLock);
	}
	return NULL;
}

/* The condition on the index's column of that place, as its operator class compares. */
static void
init_key(ScanKey key, Relation index, int place, StrategyNumber strategy, Datum value)
{
	Oid			type = index->rd_opcintype[place];
	Oid			operator = get_opfamily_member(index->rd_opfamily[place], type, type, strategy);

	if (!OidIsValid(operator))
		elog(ERROR, "index \"%s\" has no operator of strategy %d",
			 RelationGetRelationName(index), (int) strategy);
	ScanKeyEntryInitialize(key, 0, place + 1, strategy, InvalidOid, index->rd_indcollation[place],
						   get_opcode(operator), value);
}

static void
init_not_null(ScanKey key)
{
	ScanKeyEntryInitialize(key, SK_ISNULL | SK_SEARCHNOTNULL, 1, InvalidStrategy, InvalidOid,
						   InvalidOid, InvalidOid, (Datum) 0);
}

/* ---- each value ---- */

/* What is looked at, and who is told. */
typedef struct Values
{
	Relation	relation;
	AttrNumber	column;
	Snapshot	snapshot;
	void		(*take) (Datum value, void *argument);
	void	   *argument;
} Values;

/* A copy of the row's value in the context, which held the last one. */
static bool
copy_value(const Values *values, TupleTableSlot *slot, MemoryContext context, Datum *value)
{
	const FormData_pg_attribute *attribute =
	TupleDescAttr(RelationGetDescr(values->relation), values->column - 1);
	bool		isnull;
	Datum		found = slot_getattr(slot, values->column, &isnull);
	MemoryContext old;

	if (isnull)
		return false;
	MemoryContextReset(context);
	old = MemoryContextSwitchTo(context);
	*value = datumCopy(found, attribute->attbyval, attribute->attlen);
	MemoryContextSwitchTo(old);
	return true;
}

/* From one value to the next larger one. */
static void
take_by_index(const Values *values, Relation index, TupleTableSlot *slot, MemoryContext context)
{
	/* in this order values rise, whatever the index's is */
	ScanDirection direction = (index->rd_indoption[0] & INDOPTION_DESC)
	? BackwardScanDirection
	: ForwardScanDirection;
	IndexScanDesc scan = scim_begin_index_scan(values->relation, index, values->snapshot, 1);
	ScanKeyData key;
	Datum		value;

	init_not_null(&key);
	index_rescan(scan, &key, 1, NULL, 0);
	while (index_getnext_slot(scan, direction, slot) && copy_value(values, slot, context, &value))
	{
		CHECK_FOR_INTERRUPTS();
		values->take(value, values->argument);
		init_key(&key, index, 0, BTGreaterStrategyNumber, value);
		index_rescan(scan, &key, 1, NULL, 0);
	}
	index_endscan(scan);
}

static void
take_by_rows(const Values *values, TupleTableSlot *slot, MemoryContext context)
{
	const FormData_pg_attribute *attribute =
	TupleDescAttr(RelationGetDescr(values->relation), values->column - 1);
	TableScanDesc scan = table_beginscan(values->relation, values->snapshot, 0, NULL);
	bool		known = false;
	Datum		value = (Datum) 0;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		isnull;
		Datum		found = slot_getattr(slot, values->column, &isnull);

		CHECK_FOR_INTERRUPTS();
		/* most rows have the tenant of the one before */
		if (isnull ||
			(known && datumIsEqual(found, value, attribute->attbyval, attribute->attlen)))
			continue;
		known = copy_value(values, slot, context, &value);
		values->take(value, values->argument);
	}
	table_endscan(scan);
}

void
scim_each_value(Relation relation, AttrNumber column, void (*take) (Datum value, void *argument),
				void *argument)
{
	Values		values = {relation, column, NULL, take, argument};
	TupleTableSlot *slot;
	MemoryContext context;
	Relation	index;

	/* the rows are in its partitions */
	if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		return;
	values.snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(relation, NULL);
	context = AllocSetContextCreate(CurrentMemoryContext, "scimver value", ALLOCSET_SMALL_SIZES);
	index = open_leading_index(relation, column);
	if (index)
	{
		take_by_index(&values, index, slot, context);
		index_close(index, NoLock);
	}
	else
		take_by_rows(&values, slot, context);
	MemoryContextDelete(context);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(values.snapshot);
}

/* ---- is there a row? ---- */

bool
scim_is_text(Datum value, const char *text)
{
	const struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);
	Size		length = strlen(text);

	return VARSIZE_ANY_EXHDR(packed) == length && memcmp(VARDATA_ANY(packed), text, length) == 0;
}

static bool
has_text(TupleTableSlot *slot, AttrNumber column, const char *text)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return !isnull && scim_is_text(value, text);
}

bool
scim_has_row(Relation relation)
{
	Snapshot	snapshot;
	TupleTableSlot *slot;
	TableScanDesc scan;
	bool		found;

	if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		return false;
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(relation, NULL);
	scan = table_beginscan(relation, snapshot, 0, NULL);
	found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	return found;
}

bool
scim_may_have_row_with(Relation relation, AttrNumber column, Datum value, AttrNumber other,
					   const char *text, int most)
{
	Relation	index = open_leading_index(relation, column);
	ScanKeyData key;
	Snapshot	snapshot;
	TupleTableSlot *slot;
	IndexScanDesc scan;
	bool		found = false;

	if (index == NULL)
		return true;
	init_key(&key, index, 0, BTEqualStrategyNumber, value);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(relation, NULL);
	scan = scim_begin_index_scan(relation, index, snapshot, 1);
	index_rescan(scan, &key, 1, NULL, 0);
	while (!found && index_getnext_slot(scan, BackwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		found = has_text(slot, other, text) || --most < 0;
	}
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	index_close(index, NoLock);
	return found;
}
