/*
 * ddl_trigger.c
 *		The event triggers that keep registrations true: a column that is
 *		renamed is renamed in the arguments of our triggers, and one that they
 *		name cannot be dropped.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "errors.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "store/registration.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_ddl_trigger);

static bool
is_ours(const char *trigger_name)
{
	return strncmp(trigger_name, SCIM_ROW_TRIGGER, strlen(SCIM_ROW_TRIGGER)) == 0;
}

/* ---- renaming ---- */

static void
follow_rename_in(Oid relid, const RenameStmt *statement)
{
	Relation	relation = relation_open(relid, NoLock);
	TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		char	   *mapping;

		if (!is_ours(trigger->tgname) || trigger->tgnargs <= SCIM_MAPPING_ARGUMENT)
			continue;
		mapping = scim_rename_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT],
										 statement->subname, statement->newname);
		if (mapping)
			scim_write_mapping(relation, trigger, mapping);
	}
	relation_close(relation, NoLock);
}

/* A column is renamed in the tables that inherit it, too. */
static void
follow_rename(const RenameStmt *statement)
{
	Oid			relid = statement->relation ? RangeVarGetRelid(statement->relation, NoLock, true) : InvalidOid;
	ListCell   *cell;

	if (!OidIsValid(relid))
		return;
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		follow_rename_in(lfirst_oid(cell), statement);
}

/* ---- dropping ---- */

static void
refuse_drop(Oid relid, const char *column)
{
	Relation	relation = try_relation_open(relid, AccessShareLock);
	TriggerDesc *triggers;

	if (relation == NULL)
		return;
	triggers = CopyTriggerDesc(relation->trigdesc);
	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		ScimError  *error;

		if (!is_ours(trigger->tgname) || trigger->tgnargs <= SCIM_MAPPING_ARGUMENT ||
			scim_rename_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT], column, column) == NULL)
			continue;
		error = scim_error(SCIM_INVALID_MAPPING);
		scim_error_text(error, "relation", RelationGetRelationName(relation));
		scim_error_text(error, "column", column);
		scim_error_hint(error, "Drop the table, or its trigger \"" SCIM_ROW_TRIGGER "\" first: then it holds no SCIM resources any more.");
		scim_throw(error, "column \"%s\" of table \"%s\" is needed by scimver",
				   column, RelationGetRelationName(relation));
	}
	relation_close(relation, NoLock);
}

/* The last name of an object's address: schema, table, column. */
static char *
column_of(Datum address)
{
	Datum	   *names;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(address), TEXTOID, -1, false, TYPALIGN_INT, &names, NULL, &count);
	return count > 0 ? TextDatumGetCString(names[count - 1]) : pstrdup("");
}

static void
refuse_drops(void)
{
	uint64		count;
	Oid		   *relids;
	char	  **columns;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute("SELECT objid, address_names FROM pg_catalog.pg_event_trigger_dropped_objects()"
					" WHERE object_type OPERATOR(pg_catalog.=) 'table column'", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the dropped objects");
	count = SPI_processed;
	relids = palloc(Max(count, 1) * sizeof(Oid));
	columns = palloc(Max(count, 1) * sizeof(char *));
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;

		relids[i] = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		columns[i] = column_of(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
	}
	for (uint64 i = 0; i < count; i++)
		refuse_drop(relids[i], columns[i]);
	SPI_finish();
}

/*
 * scim_ddl_trigger(): ON ddl_command_end (renames) and sql_drop.
 * INVALID_MAPPING for a column that a registration names.
 */
Datum
scim_ddl_trigger(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = (EventTriggerData *) fcinfo->context;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by event trigger manager", "scim_ddl_trigger")));
	if (strcmp(data->event, "sql_drop") == 0)
		refuse_drops();
	else if (IsA(data->parsetree, RenameStmt) &&
			 ((RenameStmt *) data->parsetree)->renameType == OBJECT_COLUMN)
		follow_rename((RenameStmt *) data->parsetree);
	PG_RETURN_VOID();
}
