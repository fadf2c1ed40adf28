/*
 * ddl_trigger.c
 *		The event triggers that keep registrations true: a column that is
 *		renamed is renamed in the arguments of our triggers, children of a
 *		registered table get its triggers, and what a registration needs cannot
 *		be dropped or altered.
 *
 * Every CREATE TABLE and ALTER TABLE of the database comes by here: what is not
 * about a registered table is left after a look or two into the catalogs.
 * Relations are those that the server has worked on, by their OIDs: names may
 * mean others by now.  What is done is done with the rights of whoever gave the
 * command.
 */
#include "postgres.h"

#include "admin/command_trace.h"
#include "admin/ddl_follow.h"
#include "admin/partitions.h"
#include "base/errors.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "registry/joined.h"
#include "registry/mapping_text.h"
#include "tcop/deparse_utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(scim_ddl_trigger);

/* ---- dropping ---- */

static void
refuse_drop(Oid relid, const char *column)
{
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, SCIM_MAPPED_KINDS))
	{
		const Trigger *trigger = lfirst(cell);
		const char *table = get_rel_name(relid);
		ScimError  *error;

		if (scim_rename_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT], column, column) == NULL)
			continue;
		error = scim_error(SCIM_INVALID_MAPPING);
		scim_error_text(error, "relation", table);
		scim_error_text(error, "column", column);
		scim_error_hint(error, "End the registration first, with scim_unregister_table (option "
						"keep_columns); register the table again with another mapping, if "
						"it is to hold SCIM resources still.");
		scim_throw(error, "column \"%s\" of table \"%s\" is needed by scimver", column, table);
	}
}

/* The last name of an object's address: schema, table, column. */
static char *
column_of(Datum address)
{
	Datum	   *names;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(address), TEXTOID, -1, false, TYPALIGN_INT, &names, NULL,
					  &count);
	return count > 0 ? TextDatumGetCString(names[count - 1]) : pstrdup("");
}

typedef struct Dropped
{
	Oid			oid;			/* of the relation */
	bool		is_index;
	char	   *column;			/* NULL: the relation itself */
} Dropped;

static List *
dropped_objects(void)
{
	List	   *result = NIL;

	if (SPI_execute("SELECT objid, address_names, object_type FROM "
					"pg_catalog.pg_event_trigger_dropped_objects()"
					" WHERE object_type OPERATOR(pg_catalog.=) ANY ('{table "
					"column,index,table}'::pg_catalog.text[])"
					" AND NOT is_temporary",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the dropped objects");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	descriptor = SPI_tuptable->tupdesc;
		const char *kind = SPI_getvalue(row, descriptor, 3);
		Dropped    *dropped = palloc0(sizeof(Dropped));
		bool		isnull;

		dropped->oid = DatumGetObjectId(SPI_getbinval(row, descriptor, 1, &isnull));
		dropped->is_index = strcmp(kind, "index") == 0;
		if (strcmp(kind, "table column") == 0)
			dropped->column = column_of(SPI_getbinval(row, descriptor, 2, &isnull));
		result = lappend(result, dropped);
	}
	return result;
}

/*
 * Columns that a registration names cannot be dropped; nor can the index that
 * keeps ids apart.
 */
static void
refuse_drops(const EventTriggerData *data)
{
	bool		too_late = IsA(data->parsetree, DropStmt) &&
		((DropStmt *) data->parsetree)->concurrent;
	ListCell   *cell;

	foreach(cell, dropped_objects())
	{
		const Dropped *dropped = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (dropped->column)
			refuse_drop(dropped->oid, dropped->column);
		else if (dropped->is_index)
			scim_check_indexes(scim_table_of_dropped_index(dropped->oid), too_late);
	}
}

/* ---- what was made or altered ---- */

/* The other relation that a subcommand of ALTER TABLE is about. */
static Oid
other_relation(Oid relid, const CollectedATSubcmd *subcommand, bool came)
{
	Oid			other = subcommand->address.objectId;

	if (!OidIsValid(other))
		other = scim_last_partition(relid, came);
	if (!OidIsValid(other))
		elog(ERROR, "could not tell which partition table %u has %s", relid,
			 came ? "attached" : "detached");
	return other;
}

/* A table, with its rows, came to others or left them. */
static void
follow_subcommand(Oid relid, const CollectedATSubcmd *subcommand)
{
	AlterTableType type;
	bool		came;
	Oid			partition = relid;
	Oid			parent = relid;

	if (!IsA(subcommand->parsetree, AlterTableCmd))
		return;
	type = ((AlterTableCmd *) subcommand->parsetree)->subtype;
	came = type == AT_AddInherit || type == AT_AttachPartition;
	switch (type)
	{
		case AT_AddInherit:
		case AT_DropInherit:
			parent = other_relation(relid, subcommand, came);
			break;
		case AT_AttachPartition:
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
			partition = other_relation(relid, subcommand, came);
			break;
		default:
			return;
	}
	if (came)
		scim_follow_parent(partition, parent);
	else
		scim_follow_orphan(partition, parent);
	scim_follow_rows(partition, parent, came);
}

/*
 * The tables that were made of a composite type (CREATE TABLE ... OF), which
 * ALTER TYPE ... CASCADE alters, too.
 */
static List *
tables_of_type(Oid relid)
{
	Oid			type = OIDOID;
	Datum		value = ObjectIdGetDatum(get_rel_type_id(relid));
	List	   *result = NIL;

	if (SPI_execute_with_args("SELECT oid FROM pg_catalog.pg_class WHERE reloftype "
							  "OPERATOR(pg_catalog.=) $1",
							  1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the tables of a type");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		result = lappend_oid(result,
							 DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i],
															SPI_tuptable->tupdesc, 1, &isnull)));
	}
	return result;
}

/*
 * The tables that a command on the relation is about: itself, or those of a
 * composite type; none for indexes, views and the like.
 */
static List *
tables_of(Oid relid)
{
	switch (get_rel_relkind(relid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_FOREIGN_TABLE:
			return list_make1_oid(relid);
		case RELKIND_COMPOSITE_TYPE:
			return tables_of_type(relid);
		default:
			return NIL;
	}
}

static bool
alters_type(const CollectedATSubcmd *subcommand)
{
	return IsA(subcommand->parsetree, AlterTableCmd) &&
		((AlterTableCmd *) subcommand->parsetree)->subtype == AT_AlterColumnType;
}

static void
follow_alter(Oid relid, const CollectedCommand *command)
{
	List	   *tables = tables_of(relid);
	bool		altered = false;
	ListCell   *cell;

	if (tables == NIL)
		return;
	foreach(cell, command->d.alterTable.subcmds)
	{
		follow_subcommand(relid, lfirst(cell));
		altered |= alters_type(lfirst(cell));
	}
	foreach(cell, tables)
	{
		scim_check_altered(lfirst_oid(cell));
		if (altered)
			scim_check_joined(lfirst_oid(cell));
	}
}

static void
follow_rename(Oid relid, const RenameStmt *statement)
{
	ListCell   *cell;

	if (statement->renameType != OBJECT_COLUMN && statement->renameType != OBJECT_ATTRIBUTE)
		return;
	foreach(cell, tables_of(relid))
		scim_follow_rename(lfirst_oid(cell), statement->subname, statement->newname);
}

static void
follow_command(Oid relid, const CollectedCommand *command)
{
	if (command->type == SCT_AlterTable)
		follow_alter(relid, command);
	else if (command->type != SCT_Simple)
		;
	else if (IsA(command->parsetree, RenameStmt))
		follow_rename(relid, (RenameStmt *) command->parsetree);
	else if (IsA(command->parsetree, CreateStmt) || IsA(command->parsetree, CreateForeignTableStmt))
		scim_follow_parents(relid);
}

/* A command on a relation, as the server has collected it. */
typedef struct Command
{
	Oid			relid;
	const CollectedCommand *command;
} Command;

/* All of this event: CREATE SCHEMA and IMPORT FOREIGN SCHEMA make several tables. */
static List *
collected_commands(void)
{
	Oid			type = OIDOID;
	Datum		value = ObjectIdGetDatum(RelationRelationId);
	List	   *result = NIL;

	if (SPI_execute_with_args("SELECT objid, command FROM "
							  "pg_catalog.pg_event_trigger_ddl_commands()"
							  " WHERE classid OPERATOR(pg_catalog.=) $1",
							  1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the commands");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		Command    *command = palloc(sizeof(Command));
		bool		isnull;

		command->relid = DatumGetObjectId(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
		value = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull);
		command->command = (CollectedCommand *) DatumGetPointer(value);
		result = lappend(result, command);
	}
	return result;
}

/* Can the statement be about a registered table? */
static bool
is_followed(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateStmt:
			return ((CreateStmt *) statement)->inhRelations != NIL;
		case T_CreateForeignTableStmt:
			return ((CreateForeignTableStmt *) statement)->base.inhRelations != NIL;
		case T_RenameStmt:
		case T_AlterTableStmt:
		case T_CreateSchemaStmt:
		case T_ImportForeignSchemaStmt:
			return true;
		default:
			return false;
	}
}

static void
follow(const Node *statement)
{
	ListCell   *cell;

	if (!is_followed(statement))
		return;
	foreach(cell, collected_commands())
	{
		const Command *command = lfirst(cell);

		follow_command(command->relid, command->command);
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
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" was not called by event trigger manager",
							   "scim_ddl_trigger")));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (strcmp(data->event, "sql_drop") == 0)
		refuse_drops(data);
	else
		follow(data->parsetree);
	SPI_finish();
	PG_RETURN_VOID();
}
