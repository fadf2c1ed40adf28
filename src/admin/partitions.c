/*
 * partitions.c
 *		The triggers on partitions and inheritance children of a registered table.
 *
 * Partitions have copies of the triggers of their table: PostgreSQL makes and
 * drops them.  Children of plain inheritance have not: theirs are made here,
 * with the same names and arguments, and with the rights of whoever made them
 * children.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "admin/partitions.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "registry/relation.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

List *
scim_partitions(Oid relid)
{
	return list_delete_oid(find_all_inheritors(relid, NoLock, NULL), relid);
}

/* ---- making ---- */

static TriggerTransition *
transition(char *name, bool is_new)
{
	TriggerTransition *node = makeNode(TriggerTransition);

	node->name = name;
	node->isNew = is_new;
	node->isTable = true;
	return node;
}

/*
 * The statement that would make the trigger anew; what ours never have
 * (columns, conditions) is left out.
 */
static CreateTrigStmt *
statement_for(const Trigger *trigger)
{
	CreateTrigStmt *statement = makeNode(CreateTrigStmt);

	statement->trigname = trigger->tgname;
	statement->row = (trigger->tgtype & TRIGGER_TYPE_ROW) != 0;
	statement->timing = trigger->tgtype & TRIGGER_TYPE_TIMING_MASK;
	statement->events = trigger->tgtype & TRIGGER_TYPE_EVENT_MASK;
	for (int i = 0; i < trigger->tgnargs; i++)
		statement->args = lappend(statement->args, makeString(trigger->tgargs[i]));
	if (trigger->tgoldtable)
		statement->transitionRels = lappend(statement->transitionRels,
											transition(trigger->tgoldtable, false));
	if (trigger->tgnewtable)
		statement->transitionRels = lappend(statement->transitionRels,
											transition(trigger->tgnewtable, true));
	return statement;
}

/* The rows of a foreign table are elsewhere: it has no triggers that see them as a whole. */
static bool
can_have(Oid relid, const Trigger *trigger)
{
	return get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE ||
		(trigger->tgoldtable == NULL && trigger->tgnewtable == NULL &&
		 !TRIGGER_FOR_TRUNCATE(trigger->tgtype));
}

static const char *
enable_action(char state)
{
	switch (state)
	{
		case TRIGGER_FIRES_ALWAYS:
			return "ENABLE ALWAYS";
		case TRIGGER_FIRES_ON_REPLICA:
			return "ENABLE REPLICA";
		case TRIGGER_DISABLED:
			return "DISABLE";
		default:
			return "ENABLE";
	}
}

/* Says when the trigger of the one table fires. */
static void
set_state(Oid relid, const char *trigger, char state)
{
	ScimWord	words[] = {
		{"table", scim_table_text(relid)},
		{"trigger", quote_identifier(trigger)},
		{"action", enable_action(state)},
		{NULL}
	};

	scim_run_ddl("ALTER TABLE ONLY {table} {action} TRIGGER {trigger}", words);
	CommandCounterIncrement();
}

const Trigger *
scim_find_copy(List *triggers, const Trigger *trigger)
{
	ListCell   *cell;

	foreach(cell, triggers)
	{
		const Trigger *copy = lfirst(cell);

		if (copy->tgfoid == trigger->tgfoid && copy->tgtype == trigger->tgtype)
			return copy;
	}
	return NULL;
}

void
scim_adopt_partition(Oid relid, Oid partition, int kinds)
{
	List	   *there = scim_triggers_of(partition, kinds);
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, kinds))
	{
		const Trigger *trigger = lfirst(cell);
		const Trigger *copy = scim_find_copy(there, trigger);

		if (!can_have(partition, trigger))
			continue;
		if (copy == NULL)
		{
			CreateTrigger(statement_for(trigger), NULL, partition, InvalidOid, InvalidOid,
						  InvalidOid, trigger->tgfoid, InvalidOid, NULL, false, false);
			CommandCounterIncrement();
		}
		if ((copy ? copy->tgenabled : TRIGGER_FIRES_ON_ORIGIN) != trigger->tgenabled)
			set_state(partition, copy ? copy->tgname : trigger->tgname, trigger->tgenabled);
	}
}

void
scim_adopt_partitions(Oid relid, int kinds)
{
	ListCell   *cell;

	foreach(cell, scim_partitions(relid))
		scim_adopt_partition(relid, lfirst_oid(cell), kinds);
}

void
scim_enable_always(Oid relid, int kinds)
{
	ListCell   *cell;

	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		ListCell   *one;

		foreach(one, scim_triggers_of(lfirst_oid(cell), kinds))
			set_state(lfirst_oid(cell), ((Trigger *) lfirst(one))->tgname, TRIGGER_FIRES_ALWAYS);
	}
}

/* ---- dropping ---- */

void
scim_drop_trigger(Oid relid, const char *trigger)
{
	ScimWord	words[] = {
		{"table", scim_table_text(relid)}, {"trigger", quote_identifier(trigger)},
		{NULL}
	};

	scim_run_ddl("DROP TRIGGER {trigger} ON {table}", words);
	CommandCounterIncrement();
}

bool
scim_drop_triggers(Oid relid, int kinds)
{
	bool		dropped = false;
	ListCell   *cell;

	/* those of partitions go with that of their table, which comes first */
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		ListCell   *one;

		foreach(one, scim_triggers_of(lfirst_oid(cell), kinds))
		{
			scim_drop_trigger(lfirst_oid(cell), ((Trigger *) lfirst(one))->tgname);
			dropped = true;
		}
	}
	return dropped;
}
