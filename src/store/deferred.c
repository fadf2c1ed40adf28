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
#include "catalog/pg_constraint.h"
#include "commands/trigger.h"
#include "lib/stringinfo.h"
#include "store/ddl.h"
#include "store/deferred.h"
#include "store/protect.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Its name with that of its schema, quoted; NULL: it is gone. */
static char *
constraint_text(Oid constraint)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	char	   *text;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	text = quote_qualified_identifier(get_namespace_name(((Form_pg_constraint) GETSTRUCT(tuple))->connamespace),
									  NameStr(((Form_pg_constraint) GETSTRUCT(tuple))->conname));
	ReleaseSysCache(tuple);
	return text;
}

/* PostgreSQL's own triggers on the table tell; those that are asked at once, unless somebody says otherwise, are left as they are. */
static char *
deferred_constraints(Oid relid)
{
	Relation	relation = table_open(relid, AccessShareLock);
	/* a look into the catalogs may have the relation forget its own */
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		char	   *name;

		if (!trigger->tgisinternal || !trigger->tginitdeferred || trigger->tgfoid != F_RI_FKEY_NOACTION_DEL)
			continue;
		name = constraint_text(trigger->tgconstraint);
		if (name)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", name);
	}
	table_close(relation, NoLock);
	return names.len > 0 ? names.data : NULL;
}

static void
ask(void *argument)
{
	const ScimWord words[] = {{"names", argument}, {NULL}};

	scim_run_ddl("SET CONSTRAINTS {names} IMMEDIATE", words);
}

void
scim_ask_deferred(const ScimRegistration *table)
{
	char	   *names = deferred_constraints(table->relid);
	/* what the transaction has set stays, and a constraint of the same name that cannot be deferred is in nobody's way */
	ErrorData  *error = names ? scim_rehearse(ask, names) : NULL;

	if (error)
		ReThrowError(error);
}
