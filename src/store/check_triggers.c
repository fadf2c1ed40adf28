/*
 * check_triggers.c
 *		Are the triggers there that keep a registered table right, and do they
 *		fire?
 *
 * Each problem comes with the DDL that mends it, where there is any.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "store/check_table.h"
#include "store/table_ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* What the triggers of a registered table and of its partitions are compared with. */
typedef struct Check
{
	Oid			function;		/* that they call */
	const Trigger *model;		/* one of the registered table's own */
	char		enabled;		/* how they are to be enabled */
	ScimReportProblem report;
	void	   *argument;
} Check;

static void
report_trigger(const Check *check, char *detail, char *mend)
{
	ScimProblem problem = {.problem = "trigger", .detail = detail, .mend = mend};

	check->report(&problem, check->argument);
}

/* ---- making one anew ---- */

/* CREATE TRIGGER with the arguments of the model; "when": between its name and ON. */
static char *
create_trigger_sql(const Check *check, Relation relation, const char *name, const char *when, const char *level)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TRIGGER %s %s ON %s %s EXECUTE FUNCTION %s.%s(", quote_identifier(name), when,
					 scim_table_text(RelationGetRelid(relation)), level, scim_extension_schema("scimver"), get_func_name(check->function));
	for (int i = 0; i < check->model->tgnargs; i++)
		appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(check->model->tgargs[i]));
	appendStringInfoChar(&sql, ')');
	if (check->enabled != TRIGGER_FIRES_ON_ORIGIN)
		appendStringInfo(&sql, "; ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %s", scim_table_text(RelationGetRelid(relation)), quote_identifier(name));
	return sql.data;
}

/* ---- what all triggers must be like ---- */

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
check_mode(const Check *check, Relation relation, const Trigger *trigger)
{
	if (trigger->tgenabled == check->enabled)
		return;
	report_trigger(check,
				   psprintf("trigger %s of table %s %s", quote_identifier(trigger->tgname), scim_table_text(RelationGetRelid(relation)),
							mode_text(trigger->tgenabled)),
				   psprintf("ALTER TABLE ONLY %s ENABLE %sTRIGGER %s", scim_table_text(RelationGetRelid(relation)),
							check->enabled == TRIGGER_FIRES_ALWAYS ? "ALWAYS " : "", quote_identifier(trigger->tgname)));
}

/* ---- the row trigger ---- */

#define ROW_TRIGGER_TYPE (TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_ROW | TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE)

/* It must be the last BEFORE ROW trigger, or it does not see the row as stored. */
static void
check_order(const Check *check, Relation relation, const Trigger *trigger)
{
	if (!TRIGGER_FOR_ROW(trigger->tgtype) || !TRIGGER_FOR_BEFORE(trigger->tgtype) ||
		(trigger->tgtype & (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE)) == 0 ||
		trigger->tgenabled == TRIGGER_DISABLED || strcmp(trigger->tgname, SCIM_ROW_TRIGGER) <= 0)
		return;
	report_trigger(check, psprintf("BEFORE ROW trigger %s of table %s runs after %s, which does not see what it changes",
								   quote_identifier(trigger->tgname), scim_table_text(RelationGetRelid(relation)),
								   quote_identifier(SCIM_ROW_TRIGGER)), NULL);
}

static void
check_row_triggers(const Check *check, Relation relation, bool is_root)
{
	const TriggerDesc *triggers = relation->trigdesc;
	bool		found = false;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgfoid != check->function)
		{
			check_order(check, relation, trigger);
			continue;
		}
		found = true;
		if (trigger->tgtype != ROW_TRIGGER_TYPE || trigger->tgnattr > 0 || trigger->tgqual)
			report_trigger(check, psprintf("trigger %s of table %s does not fire BEFORE every INSERT and UPDATE",
										   quote_identifier(trigger->tgname), scim_table_text(RelationGetRelid(relation))), NULL);
		check_mode(check, relation, trigger);
	}
	if (!found)
		report_trigger(check, psprintf("table %s has no trigger %s", scim_table_text(RelationGetRelid(relation)), quote_identifier(SCIM_ROW_TRIGGER)),
					   create_trigger_sql(check, relation, SCIM_ROW_TRIGGER, "BEFORE INSERT OR UPDATE", "FOR EACH ROW"));
}

/* ---- the triggers of memberships ---- */

typedef struct MembersTrigger
{
	int16		event;
	const char *name;
	const char *when;
	const char *level;
} MembersTrigger;

static const MembersTrigger members_triggers[] = {
	{TRIGGER_TYPE_INSERT, SCIM_MEMBERS_TRIGGER "_insert", "AFTER INSERT",
	"REFERENCING NEW TABLE AS new_members FOR EACH STATEMENT"},
	{TRIGGER_TYPE_DELETE, SCIM_MEMBERS_TRIGGER "_delete", "AFTER DELETE",
	"REFERENCING OLD TABLE AS old_members FOR EACH STATEMENT"},
	{TRIGGER_TYPE_UPDATE, SCIM_MEMBERS_TRIGGER "_update", "AFTER UPDATE",
	"REFERENCING OLD TABLE AS old_members NEW TABLE AS new_members FOR EACH STATEMENT"},
	{TRIGGER_TYPE_TRUNCATE, SCIM_MEMBERS_TRIGGER "_truncate", "AFTER TRUNCATE", "FOR EACH STATEMENT"},
};

static void
check_members_triggers(const Check *check, Relation relation, bool is_root)
{
	const TriggerDesc *triggers = relation->trigdesc;
	int16		events = 0;
	bool		for_rows = TRIGGER_FOR_ROW(check->model->tgtype);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgfoid != check->function)
			continue;
		for_rows |= TRIGGER_FOR_ROW(trigger->tgtype);
		if (trigger->tgnattr == 0 && trigger->tgqual == NULL)
			events |= trigger->tgtype;
		check_mode(check, relation, trigger);
	}
	for (size_t i = 0; i < lengthof(members_triggers); i++)
	{
		const MembersTrigger *wanted = &members_triggers[i];

		/* a statement on the table above it empties a partition, too */
		if ((events & wanted->event) || (!is_root && wanted->event == TRIGGER_TYPE_TRUNCATE))
			continue;
		report_trigger(check, psprintf("table %s has no trigger %s", scim_table_text(RelationGetRelid(relation)), quote_identifier(wanted->name)),
					   create_trigger_sql(check, relation, wanted->name, wanted->when,
										  for_rows && wanted->event != TRIGGER_TYPE_TRUNCATE ? "FOR EACH ROW" : wanted->level));
	}
}

/* ---- a table with its partitions and children ---- */

static const Trigger *
find_model(Relation relation, Oid function)
{
	TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);
	const Trigger *model = NULL;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgfoid == function && (model == NULL || TRIGGER_FOR_ROW(trigger->tgtype)))
			model = trigger;
	}
	return model;
}

/* How the triggers are to be enabled, as the options say. */
static char
wanted_mode(const Trigger *model)
{
	ScimRegistration probe = {0};

	if (model->tgnargs > SCIM_MAPPING_ARGUMENT + 1)
		scim_read_options(&probe, model->tgargs[SCIM_MAPPING_ARGUMENT + 1]);
	return probe.subscribed ? TRIGGER_FIRES_ALWAYS : TRIGGER_FIRES_ON_ORIGIN;
}

static void
check_tables(Check *check, Oid root, void (*check_one) (const Check *check, Relation relation, bool is_root))
{
	Relation	relation = relation_open(root, AccessShareLock);
	ListCell   *cell;

	check->model = find_model(relation, check->function);
	relation_close(relation, NoLock);
	if (check->model == NULL)
		return;
	check->enabled = wanted_mode(check->model);
	foreach(cell, find_all_inheritors(root, AccessShareLock, NULL))
	{
		CHECK_FOR_INTERRUPTS();
		relation = relation_open(lfirst_oid(cell), NoLock);
		if (relation->rd_rel->relkind != RELKIND_FOREIGN_TABLE)
			check_one(check, relation, RelationGetRelid(relation) == root);
		relation_close(relation, NoLock);
	}
}

void
scim_check_triggers(const ScimTables *tables, ScimReportProblem report, void *argument)
{
	Check		check = {.report = report, .argument = argument};

	if (OidIsValid(tables->rows))
	{
		check.function = scim_extension_function("scimver", "scim_row_trigger", 0, NULL);
		check_tables(&check, tables->rows, check_row_triggers);
	}
	if (OidIsValid(tables->members))
	{
		check.function = scim_extension_function("scimver", "scim_members_trigger", 0, NULL);
		check_tables(&check, tables->members, check_members_triggers);
	}
}

/* ---- event triggers ---- */

/* What they follow. */
static const char *const events[][2] = {
	{"ddl_command_end", "columns that are renamed are not followed"},
	{"sql_drop", "columns that are mapped can be dropped"},
};

static void
check_event(const char *event, const char *consequence, ScimReportProblem report, void *argument)
{
	ScimProblem problem = {.problem = "event trigger"};
	char	   *disabled = NULL;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		char	   *name = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
		char	   *enabled = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 3);

		if (strcmp(SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2), event) != 0)
			continue;
		if (enabled[0] == TRIGGER_FIRES_ON_ORIGIN || enabled[0] == TRIGGER_FIRES_ALWAYS)
			return;
		disabled = name;
	}
	if (disabled)
	{
		problem.detail = psprintf("event trigger %s is disabled: %s", quote_identifier(disabled), consequence);
		if (superuser())
			problem.mend = psprintf("ALTER EVENT TRIGGER %s ENABLE", quote_identifier(disabled));
	}
	else
		problem.detail = psprintf("scimver's event trigger on %s is missing: %s", event, consequence);
	report(&problem, argument);
}

void
scim_check_event_triggers(ScimReportProblem report, void *argument)
{
	Oid			type = OIDOID;
	Datum		function = ObjectIdGetDatum(scim_extension_function("scimver", "scim_ddl_trigger", 0, NULL));

	if (SPI_execute_with_args("SELECT evtname, evtevent, evtenabled FROM pg_catalog.pg_event_trigger"
							  " WHERE evtfoid OPERATOR(pg_catalog.=) $1", 1, &type, &function, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the event triggers");
	for (size_t i = 0; i < lengthof(events); i++)
		check_event(events[i][0], events[i][1], report, argument);
	SPI_freetuptable(SPI_tuptable);
}
