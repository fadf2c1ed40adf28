/*
 * root.c
 *		The registered table that a partition or an inheritance child belongs to.
 *
 * Each of them has the triggers of the table above it under the same names:
 * of a partition PostgreSQL sees to that, of a child our event trigger.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "store/root.h"
#include "utils/fmgroids.h"

bool
scim_has_trigger(Oid relid, const char *trigger)
{
	return OidIsValid(get_trigger_oid(relid, trigger, true));
}

List *
scim_parents(Oid relid)
{
	Relation	inherits = table_open(InheritsRelationId, AccessShareLock);
	List	   *parents = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parents = lappend_oid(parents, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return parents;
}

Oid
scim_root_table(Oid relid, const char *trigger)
{
	Oid			next = relid;

	while (OidIsValid(next))
	{
		ListCell   *cell;

		CHECK_FOR_INTERRUPTS();
		relid = next;
		next = InvalidOid;
		foreach(cell, scim_parents(relid))
		{
			if (!OidIsValid(next) && scim_has_trigger(lfirst_oid(cell), trigger))
				next = lfirst_oid(cell);
		}
	}
	return relid;
}
