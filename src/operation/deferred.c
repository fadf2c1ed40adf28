/*
 * deferred.c
 *		Foreign keys that would be asked at the end of the transaction only.
 *
 * A tool answers before its transaction ends; what a COMMIT then refuses would
 * have no answer that says why.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "base/protect.h"
#include "catalog/pg_constraint.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "operation/deferred.h"
#include "operation/violation.h"
#include "statement/ddl.h"
#include "statement/role.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* A foreign key to be asked. */
typedef struct Deferred
{
	Oid			constraint;
	Oid			relid;			/* of the table that refers: its schema need not be the caller's to
								 * look into */
	char	   *name;			/* with its schema's, quoted */
} Deferred;

/* NULL: it is gone. */
static Deferred *
read_constraint(Oid constraint)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	Form_pg_constraint form;
	Deferred   *result;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	result = palloc(sizeof(Deferred));
	result->constraint = constraint;
	result->relid = form->conrelid;
	result->name = quote_qualified_identifier(get_namespace_name(form->connamespace),
											  NameStr(form->conname));
	ReleaseSysCache(tuple);
	return result;
}

/*
 * PostgreSQL's own triggers on the table tell; those that are asked at once,
 * unless somebody says otherwise, are left as they are.
 */
static List *
deferred_constraints(Oid relid)
{
	Relation	relation = table_open(relid, AccessShareLock);

	/* a look into the catalogs may have the relation forget its own */
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);
	List	   *constraints = NIL;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		Deferred   *deferred;

		if (!trigger->tgisinternal || !trigger->tginitdeferred ||
			trigger->tgfoid != F_RI_FKEY_NOACTION_DEL)
			continue;
		deferred = read_constraint(trigger->tgconstraint);
		if (deferred)
			constraints = lappend(constraints, deferred);
	}
	table_close(relation, NoLock);
	return constraints;
}

/*
 * SET CONSTRAINTS means all of a name in a schema.  Where others have it that are
 * no deferred foreign keys, it would be refused, or let triggers of anybody run.
 */
static bool
is_alone(const Deferred *deferred)
{
	ScimWord	words[] = {{"oid", psprintf("%u", deferred->constraint)}, {NULL}};

	scim_run_ddl("SELECT FROM pg_constraint AS c JOIN pg_constraint AS o ON o.connamespace = "
				 "c.connamespace AND o.conname = c.conname"
				 " WHERE c.oid = {oid} AND o.conparentid = 0 AND NOT (o.contype = 'f' AND "
				 "o.condeferrable AND o.condeferred)"
				 " LIMIT 1",
				 words);
	return SPI_processed == 0;
}

/*
 * As the owner of the table that refers; what it sets, and whom it acts as,
 * goes with the subtransaction.
 */
static void
ask(void *argument)
{
	const Deferred *deferred = argument;
	ScimWord	words[] = {{"name", deferred->name}, {NULL}};
	ScimRole	caller;

	scim_act_as_owner_of(deferred->relid, &caller);
	scim_run_ddl("SET CONSTRAINTS {name} IMMEDIATE", words);
	scim_act_as_before(&caller);
}

void
scim_ask_deferred(const ScimRegistration *table)
{
	ListCell   *cell;

	foreach(cell, deferred_constraints(table->relid))
	{
		Deferred   *deferred = lfirst(cell);
		ErrorData  *error = is_alone(deferred) ? scim_rehearse(ask, deferred) : NULL;

		/* rows that refer to nothing yet are the COMMIT's to ask, and none of the delete's */
		if (error && !scim_is_reference(error))
			ReThrowError(error);
	}
}
