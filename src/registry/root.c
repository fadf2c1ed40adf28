/*
 * root.c
 *		The registered table that a partition or an inheritance child belongs to.
 *
 * Each of them has the triggers of the table above it, with the same arguments:
 * of a partition PostgreSQL sees to that, of a child our event trigger.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "registry/root.h"
#include "utils/fmgroids.h"

/* Has the relation a trigger of ours of that kind, for that resource type? */
static bool
has_trigger_for(Oid relid, ScimTriggerKind kind, const char *type)
{
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, kind))
	{
		if (strcmp(((Trigger *) lfirst(cell))->tgargs[SCIM_TYPE_ARGUMENT], type) == 0)
			return true;
	}
	return false;
}

List *
scim_parents(Oid relid)
{
	Relation	inherits = table_open(InheritsRelationId, AccessShareLock);
	List	   *parents = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parents = lappend_oid(parents, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return parents;
}

Oid
scim_root_table(Oid relid, ScimTriggerKind kind, const char *type)
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
			if (!OidIsValid(next) && has_trigger_for(lfirst_oid(cell), kind, type))
				next = lfirst_oid(cell);
		}
	}
	return relid;
}
