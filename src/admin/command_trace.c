/*
 * command_trace.c
 *		What a command has done to the catalogs that event triggers are not told.
 *
 * Before version 16 the server does not tell which partition ALTER TABLE has
 * attached or detached, and no version of which table an index was that is
 * dropped.  The statement has names, but by now others may bear them.  What this
 * transaction has changed in the catalogs is still to be seen there: rows that
 * it has deleted stay until it has ended.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "admin/command_trace.h"
#include "catalog/indexing.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

/* Has this transaction made the row (or deleted it), and in which of its commands? */
static bool
was_changed(HeapTuple tuple, bool made, CommandId *command)
{
	HeapTupleHeader header = tuple->t_data;

	if (made)
	{
		if (!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(header)))
			return false;
		*command = HeapTupleHeaderGetCmin(header);
		return true;
	}
	if ((header->t_infomask & HEAP_XMAX_INVALID) || HEAP_XMAX_IS_LOCKED_ONLY(header->t_infomask) ||
		!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(header)))
		return false;
	*command = HeapTupleHeaderGetCmax(header);
	return true;
}

Oid
scim_last_partition(Oid parent, bool came)
{
	Relation	catalog = table_open(InheritsRelationId, AccessShareLock);
	CommandId	last = FirstCommandId;
	Oid			partition = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhparent, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(parent));
	scan = systable_beginscan(catalog, InheritsParentIndexId, true, came ? NULL : SnapshotAny, 1,
							  &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CommandId	command;

		if (!was_changed(tuple, came, &command) || command < last)
			continue;
		last = command;
		partition = ((Form_pg_inherits) GETSTRUCT(tuple))->inhrelid;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return partition;
}

Oid
scim_table_of_dropped_index(Oid index)
{
	Relation	catalog = table_open(IndexRelationId, AccessShareLock);
	Oid			table = InvalidOid;
	CommandId	command;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_index_indexrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(index));
	scan = systable_beginscan(catalog, IndexRelidIndexId, true, SnapshotAny, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (was_changed(tuple, false, &command))
			table = ((Form_pg_index) GETSTRUCT(tuple))->indrelid;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return table;
}
