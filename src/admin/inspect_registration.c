/*
 * inspect_registration.c
 *		Is what a mapping names still there: columns, and the indexes on them?
 *
 * A mapping that cannot be read is a finding like others here; nothing but
 * "not registered" is an error.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "admin/grants.h"
#include "admin/inspect_events.h"
#include "admin/inspect_registration.h"
#include "admin/inspect_triggers.h"
#include "admin/limits.h"
#include "admin/register_check.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "catalog/pg_index.h"
#include "registry/cache.h"
#include "registry/index.h"
#include "registry/joined.h"
#include "registry/lookup.h"
#include "registry/lookup_columns.h"
#include "registry/mapping_text.h"
#include "registry/our_trigger.h"
#include "registry/relation.h"
#include "registry/schemas.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* ---- which tables ---- */

/* The resource type that a trigger of the relation of that kind names; NULL: it has none. */
static const ScimResourceType *
type_of_trigger(Oid relid, ScimTriggerKind kind)
{
	List	   *triggers = scim_triggers_of(relid, kind);

	return triggers ? scim_resource_type(((Trigger *) llast(triggers))->tgargs[SCIM_TYPE_ARGUMENT])
		: NULL;
}

ScimTables
scim_tables_of(Oid relid)
{
	Relation	relation = try_relation_open(relid, AccessShareLock);
	ScimTables	tables = {0};
	ScimError  *error;

	if (relation == NULL)
		scim_refuse_missing(relid);
	tables.type = type_of_trigger(relid, SCIM_ROW_KIND);
	if (tables.type == NULL)
		tables.type = type_of_trigger(relid, SCIM_MEMBERS_KIND);
	if (tables.type == NULL)
	{
		error = scim_error(SCIM_UNREGISTERED_RELATION);
		scim_error_text(error, "relation", RelationGetRelationName(relation));
		scim_throw(error, "\"%s\" is no registered table, and holds no memberships of one",
				   RelationGetRelationName(relation));
	}
	relation_close(relation, NoLock);
	tables.rows = scim_find_table_relid(tables.type);
	if (tables.type->has_members)
		tables.members = scim_find_members_relid(tables.type);
	return tables;
}

/* ---- what is reported ---- */

/* A table that is looked at. */
typedef struct Inspection
{
	Relation	relation;
	const char *table;			/* its name, quoted */
	ScimReportProblem report;
	void	   *argument;
	bool		missing;		/* a column that the mapping names */
} Inspection;

static void
report_problem(const Inspection *inspection, const char *kind, char *detail)
{
	ScimProblem problem = {.problem = kind, .detail = detail};

	inspection->report(&problem, inspection->argument);
}

/* ---- columns ---- */

static void
inspect_column(Inspection *inspection, const JsonbValue *key, const JsonbValue *name)
{
	char	   *column = scim_string_copy(name);

	if (get_attnum(RelationGetRelid(inspection->relation), column) != InvalidAttrNumber)
		return;
	inspection->missing = true;
	report_problem(inspection, "mapping",
				   psprintf("column \"%s\" of table %s, which is mapped to %s, does not exist",
							column, inspection->table, scim_string_copy(key)));
}

/* All names of columns in a mapping: strings, and "column" of objects. */
static void
inspect_columns(Inspection *inspection, JsonbContainer *mapping)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	column;

	scim_walk(&walk, mapping);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (value.type == jbvString)
			inspect_column(inspection, &key, &value);
		else if (!scim_is_object(&value))
			continue;
		else if (scim_string_is(&key, "attributes") || scim_string_is(&key, "lookups"))
			inspect_columns(inspection, value.val.binary.data);
		else if (scim_find(value.val.binary.data, "column", &column) && column.type == jbvString)
			inspect_column(inspection, &key, &column);
	}
}

/* ---- indexes ---- */

static void
inspect_id_index(const Inspection *inspection, const ScimRegistration *registration)
{
	if (!scim_has_id_index(registration, inspection->relation))
		report_problem(inspection, "index",
					   psprintf("table %s has no unique index on its ids any more",
								inspection->table));
}

static void
inspect_lookup(const Inspection *inspection, const ScimRegistration *registration,
			   const ScimLookup *lookup)
{
	if (lookup->unique && !OidIsValid(lookup->index_relid))
		report_problem(inspection, "index",
					   psprintf("column %s of table %s has no unique index any more, which keeps "
								"%s unique",
								lookup->column, inspection->table, lookup->path));
	else if (!lookup->unique &&
			 !scim_leads_to(inspection->relation, registration->numbers[SCIM_COLUMN_TENANT],
							lookup->number))
		report_problem(inspection, "index",
					   psprintf("column %s of table %s has no index any more, by which %s is "
								"looked up",
								lookup->column, inspection->table, lookup->path));
}

/*
 * What the registration leaves out: a column of another type, or an attribute
 * that the schema has no more.
 */
static void
inspect_lookups(const Inspection *inspection, const ScimRegistration *registration,
				const char *mapping)
{
	JsonbContainer *lookups = scim_lookups_of_mapping(mapping);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	for (int i = 0; i < registration->lookup_count; i++)
		inspect_lookup(inspection, registration, &registration->lookups[i]);
	if (lookups == NULL)
		return;
	scim_walk(&walk, lookups);
	while (scim_walk_next(&walk, &key, &value))
	{
		char	   *path = scim_string_copy(&key);

		if (scim_find_lookup(registration, path) == NULL)
			report_problem(inspection, "mapping",
						   psprintf("column \"%s\" of table %s does not fit %s: it is not looked "
									"up by it",
									scim_string_copy(&value), inspection->table, path));
	}
}

static void
inspect_not_null(const Inspection *inspection, const ScimRegistration *registration)
{
	const char *column = scim_nullable_column(registration, inspection->relation);

	if (column)
		report_problem(inspection, "mapping",
					   psprintf("column %s of table %s is not NOT NULL any more: a row without it "
								"is no resource",
								quote_identifier(column), inspection->table));
}

static void
inspect_indexes(const Inspection *inspection, const ScimRegistration *registration,
				const char *mapping)
{
	if (registration->is_members)
		return;
	inspect_not_null(inspection, registration);
	inspect_id_index(inspection, registration);
	inspect_lookups(inspection, registration, mapping);
}

/* What the table cannot do, as it was told when it was registered. */
static void
report_limit(const char *kind, const char *message, const char *hint, void *argument)
{
	report_problem(argument, kind, psprintf("%s. %s", message, hint));
}

/* ---- one table ---- */

typedef struct Reading
{
	const ScimResourceType *type;
	bool		is_members;
	const ScimRegistration *registration;
} Reading;

static void
read_registration(void *argument)
{
	Reading    *reading = argument;

	reading->registration = reading->is_members ? scim_find_members(reading->type)
		: scim_find_table(reading->type);
}

/* Of the trigger that registers it. */
static char *
mapping_of(Oid relid, ScimTriggerKind kind)
{
	List	   *triggers = scim_triggers_of(relid, kind);

	return triggers ? ((Trigger *) llast(triggers))->tgargs[SCIM_MAPPING_ARGUMENT] : "{}";
}

static const ScimRegistration *
inspect_table(const ScimTables *tables, bool is_members, ScimReportProblem report, void *argument)
{
	Oid			relid = is_members ? tables->members : tables->rows;
	Relation	relation = relation_open(relid, AccessShareLock);
	char	   *mapping = mapping_of(relid, is_members ? SCIM_MEMBERS_KIND : SCIM_ROW_KIND);
	Jsonb	   *object = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(mapping)));
	Reading		reading = {tables->type, is_members, NULL};
	Inspection	inspection = {relation, .report = report, .argument = argument};
	ErrorData  *error;

	inspection.table = scim_table_text(relid);
	inspect_columns(&inspection, &object->root);
	error = scim_protect(read_registration, &reading);
	if (error && !inspection.missing)
		report_problem(&inspection, "mapping", error->message);
	if (error == NULL && reading.registration)
	{
		inspect_indexes(&inspection, reading.registration, mapping);
		scim_find_limits(reading.registration, relation, report_limit, &inspection);
	}
	relation_close(relation, NoLock);
	return error ? NULL : reading.registration;
}

/* A group table that was made with a membership table: that has none of our triggers any more. */
static void
inspect_lost_members(const ScimRegistration *groups, ScimReportProblem report, void *argument)
{
	ScimProblem problem = {.problem = "trigger"};

	if (!groups->storage->ties_members)
		return;
	problem.detail = psprintf("the membership table of table %s has no trigger any more: its "
							  "memberships are not counted",
							  groups->table);
	report(&problem, argument);
}

/* Can memberships be compared with what they name? */
static bool
inspect_joined(ScimReportProblem report, void *argument)
{
	ScimProblem problem = {.problem = "mapping", .detail = scim_join_problem()};

	if (problem.detail == NULL)
		return true;
	report(&problem, argument);
	return false;
}

const ScimRegistration *
scim_inspect_registration(const ScimTables *tables, ScimReportProblem report, void *argument)
{
	const ScimRegistration *rows = NULL;
	bool		readable = true;

	if (OidIsValid(tables->rows))
		rows = inspect_table(tables, false, report, argument);
	else
	{
		ScimProblem problem = {.problem = "trigger"};

		problem.detail = psprintf("the table of type %s has no trigger %s any more",
								  tables->type->name, quote_identifier(SCIM_ROW_TRIGGER));
		report(&problem, argument);
	}
	if (OidIsValid(tables->members))
		readable = inspect_table(tables, true, report, argument) != NULL;
	else if (rows && rows->type->has_members)
		inspect_lost_members(rows, report, argument);
	/* of groups, members are counted */
	if ((tables->type->has_members || tables->type->has_groups) &&
		!inspect_joined(report, argument) && tables->type->has_members)
		readable = false;
	scim_inspect_triggers(tables->rows, tables->members, rows, report, argument);
	scim_inspect_event_triggers(report, argument);
	scim_inspect_grants(report, argument);
	return readable ? rows : NULL;
}
