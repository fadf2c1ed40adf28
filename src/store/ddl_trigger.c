/*
 * ddl_trigger.c
 *		The event triggers that keep registrations true: a column that is
 *		renamed is renamed in the arguments of our triggers, children of a
 *		registered table get its triggers, and what a registration needs cannot
 *		be dropped or altered.
 *
 * Every CREATE TABLE and ALTER TABLE of the database comes by here: what is not
 * about a registered table is left after a look or two into the catalogs.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "errors.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "store/ddl_follow.h"
#include "store/group_state.h"
#include "store/parts.h"
#include "store/registration.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_ddl_trigger);

/* ---- dropping ---- */

static void
refuse_drop(Oid relid, const char *column)
{
	Relation	relation = try_relation_open(relid, AccessShareLock);
	ListCell   *cell;

	if (relation == NULL)
		return;
	foreach(cell, scim_triggers_of(relid, SCIM_ROW_TRIGGER))
	{
		const Trigger *trigger = lfirst(cell);
		ScimError  *error;

		if (trigger->tgnargs <= SCIM_MAPPING_ARGUMENT ||
			scim_rename_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT], column, column) == NULL)
			continue;
		error = scim_error(SCIM_INVALID_MAPPING);
		scim_error_text(error, "relation", RelationGetRelationName(relation));
		scim_error_text(error, "column", column);
		scim_error_hint(error, "End the registration first, with scim_unregister_table (option keep_columns); register the table again with another mapping, if it is to hold SCIM resources still.");
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

/*
 * Columns that a registration names cannot be dropped; nor can the index that
 * keeps ids apart.  What was kept of a table's groups goes with the table.
 */
static void
refuse_drops(const EventTriggerData *data)
{
	uint64		count;
	Oid		   *relids;
	char	  **columns;
	bool		has_index = false;

	if (SPI_execute("SELECT objid, address_names, object_type FROM pg_catalog.pg_event_trigger_dropped_objects()"
					" WHERE object_type OPERATOR(pg_catalog.=) ANY ('{table column,index,table}'::pg_catalog.text[])"
					" AND NOT is_temporary", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the dropped objects");
	count = SPI_processed;
	relids = palloc0(Max(count, 1) * sizeof(Oid));
	columns = palloc0(Max(count, 1) * sizeof(char *));
	for (uint64 i = 0; i < count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	descriptor = SPI_tuptable->tupdesc;
		const char *kind = SPI_getvalue(row, descriptor, 3);
		bool		isnull;

		has_index |= strcmp(kind, "index") == 0;
		if (strcmp(kind, "index") != 0)
			relids[i] = DatumGetObjectId(SPI_getbinval(row, descriptor, 1, &isnull));
		if (strcmp(kind, "table column") == 0)
			columns[i] = column_of(SPI_getbinval(row, descriptor, 2, &isnull));
	}
	for (uint64 i = 0; i < count; i++)
	{
		if (columns[i])
			refuse_drop(relids[i], columns[i]);
		else if (OidIsValid(relids[i]))
			scim_forget_states_of(relids[i]);
	}
	/* of ALTER TABLE, what is left is looked at in its end */
	if (has_index && IsA(data->parsetree, DropStmt))
		scim_check_indexes(((DropStmt *) data->parsetree)->concurrent);
}

/* ---- what was made or altered ---- */

static Oid
relid_of(const RangeVar *name)
{
	return name ? RangeVarGetRelid(name, NoLock, true) : InvalidOid;
}

/* A table, with its rows, came to others or left them. */
static void
follow_command(Oid relid, const AlterTableCmd *command)
{
	switch (command->subtype)
	{
		case AT_AddInherit:
			scim_follow_parents(relid);
			scim_follow_rows(relid, relid_of((RangeVar *) command->def), true);
			break;
		case AT_AttachPartition:
			scim_follow_parents(relid_of(((PartitionCmd *) command->def)->name));
			scim_follow_rows(relid_of(((PartitionCmd *) command->def)->name), relid, true);
			break;
		case AT_DropInherit:
			scim_follow_orphan(relid, relid_of((RangeVar *) command->def));
			scim_follow_rows(relid, relid_of((RangeVar *) command->def), false);
			break;
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
			scim_follow_orphan(relid_of(((PartitionCmd *) command->def)->name), relid);
			scim_follow_rows(relid_of(((PartitionCmd *) command->def)->name), relid, false);
			break;
		default:
			break;
	}
}

static void
follow_alter(const AlterTableStmt *statement)
{
	Oid			relid = relid_of(statement->relation);
	ListCell   *cell;

	if (!OidIsValid(relid))
		return;
	foreach(cell, statement->cmds)
		follow_command(relid, lfirst(cell));
	scim_check_altered(relid);
}

/* A new table gets the triggers of those that it inherits from. */
static void
follow_create(const CreateStmt *statement)
{
	if (statement->inhRelations)
		scim_follow_parents(relid_of(statement->relation));
}

/* CREATE SCHEMA can make tables as well, which only the server can name. */
static void
follow_create_schema(void)
{
	Oid		   *relids;
	uint64		count;

	if (SPI_execute("SELECT objid FROM pg_catalog.pg_event_trigger_ddl_commands()"
					" WHERE object_type OPERATOR(pg_catalog.=) 'table'", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the commands");
	count = SPI_processed;
	relids = palloc(Max(count, 1) * sizeof(Oid));
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;

		relids[i] = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	}
	for (uint64 i = 0; i < count; i++)
		scim_follow_parents(relids[i]);
}

static void
follow(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_RenameStmt:
			if (((RenameStmt *) statement)->renameType == OBJECT_COLUMN)
				scim_follow_rename((RenameStmt *) statement);
			break;
		case T_AlterTableStmt:
			follow_alter((AlterTableStmt *) statement);
			break;
		case T_CreateStmt:
			follow_create((CreateStmt *) statement);
			break;
		case T_CreateForeignTableStmt:
			follow_create(&((CreateForeignTableStmt *) statement)->base);
			break;
		case T_CreateSchemaStmt:
			follow_create_schema();
			break;
		default:
			break;
	}
}

/*
 * scim_ddl_trigger(): ON ddl_command_end and sql_drop.  INVALID_MAPPING for
 * what a registration would not survive: a column that it names is dropped, or
 * gets a type that does not fit, ids are no longer kept apart.
 */
Datum
scim_ddl_trigger(PG_FUNCTION_ARGS)
{
	EventTriggerData *data = (EventTriggerData *) fcinfo->context;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by event trigger manager", "scim_ddl_trigger")));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (strcmp(data->event, "sql_drop") == 0)
		refuse_drops(data);
	else
		follow(data->parsetree);
	SPI_finish();
	PG_RETURN_VOID();
}
