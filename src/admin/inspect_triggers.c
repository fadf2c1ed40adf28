/*
 * inspect_triggers.c
 *		Are the triggers there that keep a registered table right, and do they
 *		fire?
 *
 * Each problem comes with the DDL that mends it, where there is any.
 */
#include "postgres.h"

#include "access/relation.h"
#include "admin/inspect_triggers.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "registry/extension.h"
#include "registry/options.h"
#include "registry/our_trigger.h"
#include "registry/relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* A trigger as it is to be. */
typedef struct Wanted
{
	const char *name;
	int16		type;			/* level, timing and events, as pg_trigger has them */
	const char *when;			/* the same as DDL */
	const char *level;
	bool		on_partitions;	/* partitions and children have it, too */
} Wanted;

#define CHANGES (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE)

static const Wanted row_triggers[] = {
	{SCIM_ROW_TRIGGER,
		TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_ROW | TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE,
	"BEFORE INSERT OR UPDATE", "FOR EACH ROW", true},
};

/* Of users and groups that have memberships in a mapped table. */
static const Wanted delete_triggers[] = {
	{SCIM_DELETE_TRIGGER, TRIGGER_TYPE_DELETE, "AFTER DELETE",
	"REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT", true},
	{SCIM_DELETE_TRIGGER "_truncate", TRIGGER_TYPE_TRUNCATE, "AFTER TRUNCATE", "FOR EACH STATEMENT",
	true},
};

/* Of resources whose history is kept. */
static const Wanted history_triggers[] = {
	{SCIM_HISTORY_TRIGGER, TRIGGER_TYPE_ROW | CHANGES, "AFTER INSERT OR UPDATE OR DELETE",
	"FOR EACH ROW", true},
	{SCIM_HISTORY_TRIGGER "_truncate", TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_TRUNCATE,
	"BEFORE TRUNCATE", "FOR EACH STATEMENT", true},
};

/* Of resources whose leases bind plain SQL. */
static const Wanted lease_triggers[] = {
	{SCIM_LEASE_TRIGGER, TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_ROW | TRIGGER_TYPE_DELETE,
	"BEFORE DELETE", "FOR EACH ROW", true},
	{SCIM_LEASE_TRIGGER "_truncate", TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_TRUNCATE,
	"BEFORE TRUNCATE", "FOR EACH STATEMENT", true},
};

/* Of memberships: for statements, or for rows. */
static const Wanted statement_triggers[] = {
	{SCIM_MEMBERS_TRIGGER "_insert", TRIGGER_TYPE_INSERT, "AFTER INSERT",
	"REFERENCING NEW TABLE AS new_members FOR EACH STATEMENT", false},
	{SCIM_MEMBERS_TRIGGER "_delete", TRIGGER_TYPE_DELETE, "AFTER DELETE",
	"REFERENCING OLD TABLE AS old_members FOR EACH STATEMENT", false},
	{SCIM_MEMBERS_TRIGGER "_update", TRIGGER_TYPE_UPDATE, "AFTER UPDATE",
	"REFERENCING OLD TABLE AS old_members NEW TABLE AS new_members FOR EACH STATEMENT", false},
	{SCIM_MEMBERS_TRIGGER "_truncate", TRIGGER_TYPE_TRUNCATE, "AFTER TRUNCATE",
	"FOR EACH STATEMENT", false},
};

static const Wanted each_row_triggers[] = {
	{SCIM_MEMBERS_TRIGGER "_row", TRIGGER_TYPE_ROW | CHANGES, "AFTER INSERT OR UPDATE OR DELETE",
	"FOR EACH ROW", true},
	{SCIM_MEMBERS_TRIGGER "_truncate", TRIGGER_TYPE_TRUNCATE, "AFTER TRUNCATE",
	"FOR EACH STATEMENT", true},
};

/* Triggers of one kind on a table, its partitions and children. */
typedef struct Inspection
{
	ScimTriggerKind kind;
	char	  **args;
	int			nargs;
	char		enabled;		/* how they are to be enabled */
	const Wanted *wanted;
	int			wanted_count;
	ScimReportProblem report;
	void	   *argument;
} Inspection;

static void
report_trigger(const Inspection *inspection, char *detail, char *mend)
{
	ScimProblem problem = {.problem = "trigger", .detail = detail, .mend = mend};

	inspection->report(&problem, inspection->argument);
}

static char *
name_of(Relation relation)
{
	return scim_table_text(RelationGetRelid(relation));
}

/* ---- one trigger ---- */

static char *
create_sql(const Inspection *inspection, Relation relation, const Wanted *wanted)
{
	const char *name = quote_identifier(wanted->name);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TRIGGER %s %s ON %s %s EXECUTE FUNCTION %s.%s(", name,
					 wanted->when, name_of(relation), wanted->level,
					 scim_extension_schema("scimver"),
					 get_func_name(scim_trigger_function(inspection->kind)));
	for (int i = 0; i < inspection->nargs; i++)
		appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(inspection->args[i]));
	appendStringInfoChar(&sql, ')');
	if (inspection->enabled != TRIGGER_FIRES_ON_ORIGIN)
		appendStringInfo(&sql, "; ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %s", name_of(relation),
						 name);
	return sql.data;
}

static const char *
mode_text(char enabled)
{
	switch (enabled)
	{
		case TRIGGER_DISABLED:
			return "is disabled";
		case TRIGGER_FIRES_ALWAYS:
			return "fires for replicated changes, too: it is enabled as ALWAYS";
		case TRIGGER_FIRES_ON_REPLICA:
			return "fires for replicated changes only: it is enabled as REPLICA";
		default:
			return "does not fire for replicated changes, as the option subscribed says";
	}
}

static void
inspect_mode(const Inspection *inspection, Relation relation, const Trigger *trigger)
{
	const char *name = quote_identifier(trigger->tgname);

	if (trigger->tgenabled == inspection->enabled)
		return;
	report_trigger(inspection,
				   psprintf("trigger %s of table %s %s", name, name_of(relation),
							mode_text(trigger->tgenabled)),
				   psprintf("ALTER TABLE ONLY %s ENABLE %sTRIGGER %s", name_of(relation),
							inspection->enabled == TRIGGER_FIRES_ALWAYS ? "ALWAYS " : "", name));
}

/* The table's trigger that does what is wanted, under its name or another one. */
static const Trigger *
find_wanted(const Inspection *inspection, Oid relid, const Wanted *wanted)
{
	const Trigger *found = NULL;
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, inspection->kind))
	{
		const Trigger *trigger = lfirst(cell);

		if (trigger->tgtype != wanted->type || trigger->tgnattr > 0 || trigger->tgqual)
			continue;
		if (found == NULL || strcmp(trigger->tgname, wanted->name) == 0)
			found = trigger;
	}
	return found;
}

/* Has another trigger its name? */
static bool
is_taken(Relation relation, const Wanted *wanted)
{
	return OidIsValid(get_trigger_oid(RelationGetRelid(relation), wanted->name, true));
}

static void
report_missing(const Inspection *inspection, Relation relation, const Wanted *wanted)
{
	const char *name = quote_identifier(wanted->name);

	if (is_taken(relation, wanted))
		report_trigger(inspection,
					   psprintf("table %s has no trigger of scimver's that fires %s: another one "
								"is called %s, and is to be renamed",
								name_of(relation), wanted->when, name),
					   NULL);
	else
		report_trigger(inspection,
					   psprintf("table %s has no trigger %s that fires %s", name_of(relation), name,
								wanted->when),
					   create_sql(inspection, relation, wanted));
}

static void
inspect_wanted(const Inspection *inspection, Relation relation, const Wanted *wanted)
{
	const Trigger *trigger = find_wanted(inspection, RelationGetRelid(relation), wanted);
	const char *name = quote_identifier(wanted->name);

	if (trigger == NULL)
		report_missing(inspection, relation, wanted);
	else if (strcmp(trigger->tgname, wanted->name) != 0)
		report_trigger(inspection,
					   psprintf("trigger %s of table %s is to be called %s, to sort %s",
								quote_identifier(trigger->tgname), name_of(relation), name,
								inspection->kind == SCIM_HISTORY_KIND ? "first" : "last"),
					   is_taken(relation, wanted)
					   ? NULL
					   : psprintf("ALTER TRIGGER %s ON %s RENAME TO %s",
								  quote_identifier(trigger->tgname), name_of(relation), name));
	else
		inspect_mode(inspection, relation, trigger);
}

/* Ours must be the last BEFORE ROW trigger, or it does not see the row as stored. */
static void
inspect_order(const Inspection *inspection, Relation relation)
{
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (scim_trigger_kind(trigger) == (int) inspection->kind ||
			!TRIGGER_FOR_ROW(trigger->tgtype) || !TRIGGER_FOR_BEFORE(trigger->tgtype) ||
			(trigger->tgtype & (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE)) == 0 ||
			trigger->tgenabled == TRIGGER_DISABLED ||
			strcmp(trigger->tgname, SCIM_ROW_TRIGGER) <= 0)
			continue;
		report_trigger(inspection,
					   psprintf("BEFORE ROW trigger %s of table %s runs after %s, which does not "
								"see what it changes",
								quote_identifier(trigger->tgname), name_of(relation),
								quote_identifier(SCIM_ROW_TRIGGER)),
					   NULL);
	}
}

/* Ours is to be the first AFTER ROW trigger: what others change follows on what fired them. */
static void
inspect_history_order(const Inspection *inspection, Relation relation)
{
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (scim_trigger_kind(trigger) == (int) inspection->kind ||
			!TRIGGER_FOR_ROW(trigger->tgtype) || !TRIGGER_FOR_AFTER(trigger->tgtype) ||
			trigger->tgenabled == TRIGGER_DISABLED ||
			strcmp(trigger->tgname, SCIM_HISTORY_TRIGGER) >= 0)
			continue;
		report_trigger(inspection,
					   psprintf("AFTER ROW trigger %s of table %s runs before %s, which records "
								"what it changes first",
								quote_identifier(trigger->tgname), name_of(relation),
								quote_identifier(SCIM_HISTORY_TRIGGER)),
					   NULL);
	}
}

/* ---- a table with its partitions and children ---- */

/*
 * PostgreSQL gives partitions the row triggers of their table: what that lacks,
 * they get with it.
 */
static bool
is_copied(const Inspection *inspection, Oid root, Relation relation, const Wanted *wanted)
{
	return relation->rd_rel->relispartition && (wanted->type & TRIGGER_TYPE_ROW) &&
		find_wanted(inspection, root, wanted) == NULL;
}

static void
inspect_tables(const Inspection *inspection, Oid root)
{
	ListCell   *cell;

	foreach(cell, find_all_inheritors(root, AccessShareLock, NULL))
	{
		Relation	relation = relation_open(lfirst_oid(cell), NoLock);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0;
			 i < inspection->wanted_count && relation->rd_rel->relkind != RELKIND_FOREIGN_TABLE;
			 i++)
		{
			const Wanted *wanted = &inspection->wanted[i];

			if (RelationGetRelid(relation) == root ||
				(wanted->on_partitions && !is_copied(inspection, root, relation, wanted)))
				inspect_wanted(inspection, relation, wanted);
		}
		if (inspection->wanted == row_triggers)
			inspect_order(inspection, relation);
		if (inspection->wanted == history_triggers)
			inspect_history_order(inspection, relation);
		relation_close(relation, NoLock);
	}
}

/* One of the table's triggers of the kind. */
static const Trigger *
find_model(Oid relid, ScimTriggerKind kind)
{
	const Trigger *model = NULL;
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, kind))
	{
		const Trigger *trigger = lfirst(cell);

		if (model == NULL || TRIGGER_FOR_ROW(trigger->tgtype))
			model = trigger;
	}
	return model;
}

/* How the triggers are to be enabled, as the options say. */
static char
wanted_mode(const Trigger *model)
{
	ScimRegistration probe = {0};

	if (model->tgnargs > SCIM_OPTIONS_ARGUMENT)
		scim_read_options(&probe, model->tgargs[SCIM_OPTIONS_ARGUMENT]);
	return probe.subscribed ? TRIGGER_FIRES_ALWAYS : TRIGGER_FIRES_ON_ORIGIN;
}

static void
use_wanted(Inspection *inspection, const Wanted *wanted, int count)
{
	inspection->wanted = wanted;
	inspection->wanted_count = count;
}

/* Takes the arguments and the mode from a trigger that the table has. */
static const Trigger *
use_kind(Inspection *inspection, Oid relid, ScimTriggerKind kind)
{
	const Trigger *model = find_model(relid, kind);

	inspection->kind = kind;
	if (model == NULL)
		return NULL;
	inspection->args = model->tgargs;
	inspection->nargs = model->tgnargs;
	inspection->enabled = wanted_mode(model);
	return model;
}

/*
 * Those that know the resource type alone.  They never fire for what replication brings:
 * its publisher has it in a history, has done with memberships what was to be done, and
 * knows of leases.
 */
static void
inspect_typed(Inspection *inspection, Oid relid, ScimTriggerKind kind, const Wanted *wanted,
			  int count)
{
	inspection->kind = kind;
	inspection->nargs = 1;
	inspection->enabled = TRIGGER_FIRES_ON_ORIGIN;
	use_wanted(inspection, wanted, count);
	inspect_tables(inspection, relid);
}

static void
inspect_history_triggers(Inspection *inspection, Oid relid)
{
	inspect_typed(inspection, relid, SCIM_HISTORY_KIND, history_triggers,
				  lengthof(history_triggers));
}

static bool
has_memberships(const ScimRegistration *rows)
{
	return !rows->storage->ties_members && (rows->type->has_members || rows->type->has_groups);
}

static void
inspect_row_triggers(Inspection *inspection, Oid relid, const ScimRegistration *rows)
{
	if (use_kind(inspection, relid, SCIM_ROW_KIND) == NULL)
		return;
	use_wanted(inspection, row_triggers, lengthof(row_triggers));
	inspect_tables(inspection, relid);
	if (rows == NULL)
		return;
	if (rows->history)
		inspect_history_triggers(inspection, relid);
	if (has_memberships(rows))
		inspect_typed(inspection, relid, SCIM_DELETE_KIND, delete_triggers,
					  lengthof(delete_triggers));
	if (rows->enforce)
		inspect_typed(inspection, relid, SCIM_LEASE_KIND, lease_triggers,
					  lengthof(lease_triggers));
}

static void
inspect_members_triggers(Inspection *inspection, Oid members)
{
	const Trigger *model = use_kind(inspection, members, SCIM_MEMBERS_KIND);

	if (model == NULL)
		return;
	if (TRIGGER_FOR_ROW(model->tgtype) || inspection->enabled == TRIGGER_FIRES_ALWAYS ||
		get_rel_relkind(members) == RELKIND_PARTITIONED_TABLE)
		use_wanted(inspection, each_row_triggers, lengthof(each_row_triggers));
	else
		use_wanted(inspection, statement_triggers, lengthof(statement_triggers));
	inspect_tables(inspection, members);
}

void
scim_inspect_triggers(Oid relid, Oid members, const ScimRegistration *rows,
					  ScimReportProblem report, void *argument)
{
	Inspection	inspection = {.report = report, .argument = argument};

	if (OidIsValid(relid))
		inspect_row_triggers(&inspection, relid, rows);
	if (OidIsValid(members))
		inspect_members_triggers(&inspection, members);
}

void
scim_inspect_history_triggers(const ScimRegistration *rows, ScimReportProblem report,
							  void *argument)
{
	Inspection	inspection = {.report = report, .argument = argument};

	if (use_kind(&inspection, rows->relid, SCIM_ROW_KIND) && rows->history)
		inspect_history_triggers(&inspection, rows->relid);
}
