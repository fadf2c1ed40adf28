/*
 * lookup_sync.c
 *		scim_sync_lookups: a table's lookups follow the schema.
 */
#include "postgres.h"

#include "access/relation.h"
#include "admin/lookup_ddl.h"
#include "admin/lookup_sync.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/lookup_columns.h"
#include "registry/mapping_text.h"
#include "registry/our_trigger.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* ---- what a column is ---- */

typedef struct FunctionSearch
{
	Oid			functions[2];
} FunctionSearch;

static bool
calls_function(Node *node, void *argument)
{
	const FunctionSearch *search = argument;

	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) &&
		(((FuncExpr *) node)->funcid == search->functions[0] ||
		 ((FuncExpr *) node)->funcid == search->functions[1]))
		return true;
	return expression_tree_walker(node, calls_function, argument);
}

/* Is the column folded, as the SQL from which it is generated tells? */
static bool
is_folded(Relation relation, AttrNumber number)
{
	Oid			scalar[] = {TEXTOID};
	Oid			values[] = {JSONBOID, TEXTOID};
	FunctionSearch search = {{
			scim_extension_function("scimver", "scim_fold", 1, scalar),
			scim_extension_function("scimver", "scim_folded_values", 2, values)
	}};

	return calls_function(build_column_default(relation, number), &search);
}

/* Is the column what the plan says? */
static bool
fits(Relation relation, AttrNumber tenant, AttrNumber number, const ScimPlannedLookup *plan)
{
	const FormData_pg_attribute *column = TupleDescAttr(RelationGetDescr(relation), number - 1);
	bool		folded = plan->kind == SCIM_LOOKUP_FOLDED ||
		plan->kind == SCIM_LOOKUP_VALUES_FOLDED;

	if (column->atttypid != scim_lookup_types[plan->kind].type ||
		OidIsValid(scim_unique_index(relation, tenant, number)) != plan->unique)
		return false;
	/* a column that is no generated one is its owner's */
	return !column->attgenerated || is_folded(relation, number) == folded;
}

/* ---- what is to be done ---- */

typedef struct Changes
{
	List	   *dropped;		/* of ScimDroppedLookup */
	List	   *added;			/* of ScimPlannedLookup */
} Changes;

static void
drop_lookup(Changes *changes, char *path, const char *column)
{
	ScimDroppedLookup *dropped = palloc(sizeof(ScimDroppedLookup));

	dropped->path = path;
	dropped->column = pstrdup(quote_identifier(column));
	changes->dropped = lappend(changes->dropped, dropped);
}

static void
add_lookup(Changes *changes, const ScimPlannedLookup *plan, char *column)
{
	ScimPlannedLookup *added = palloc(sizeof(ScimPlannedLookup));

	*added = *plan;
	added->column = column;
	changes->added = lappend(changes->added, added);
}

/* A lookup that the mapping names: it stays, is made anew under its name, or goes. */
static void
compare_lookup(const ScimRegistration *table, Relation relation, char *path, char *column,
			   Changes *changes)
{
	AttrNumber	number = get_attnum(table->relid, column);
	ScimPlannedLookup plan;
	bool		planned = scim_plan_path(table->type, path, &plan);

	if (number == InvalidAttrNumber ||
		(planned && fits(relation, table->numbers[SCIM_COLUMN_TENANT], number, &plan)))
		return;
	drop_lookup(changes, path, column);
	if (planned)
		add_lookup(changes, &plan, column);
}

static List *
without_path(List *plans, const char *path)
{
	ListCell   *cell;

	foreach(cell, plans)
	{
		if (strcmp(((ScimPlannedLookup *) lfirst(cell))->path.text, path) == 0)
			return list_delete_ptr(plans, lfirst(cell));
	}
	return plans;
}

static void
compare_table(const ScimRegistration *table, Relation relation, const char *mapping,
			  Changes *changes)
{
	List	   *missing = scim_plan_lookups(table->type);
	JsonbContainer *lookups = scim_lookups_of_mapping(mapping);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	ListCell   *cell;

	if (lookups)
	{
		scim_walk(&walk, lookups);
		while (scim_walk_next(&walk, &key, &value))
		{
			char	   *path = scim_string_copy(&key);

			compare_lookup(table, relation, path, scim_string_copy(&value), changes);
			missing = without_path(missing, path);
		}
	}
	foreach(cell, missing)
	{
		const ScimPlannedLookup *plan = lfirst(cell);

		add_lookup(changes, plan, scim_lookup_name(&plan->path, changes->added, table->relid));
	}
}

static Changes
find_changes(const ScimRegistration *table)
{
	Relation	relation;
	const Trigger *trigger;
	Changes		changes = {NIL, NIL};

	/* the columns of mapped tables are their owners' */
	if (!table->storage->adds_lookups)
		return changes;
	relation = try_relation_open(table->relid, AccessShareLock);
	if (relation == NULL)
		return changes;
	trigger = scim_relation_trigger(relation, table->trigger);
	if (trigger && trigger->tgnargs > SCIM_MAPPING_ARGUMENT)
		compare_table(table, relation, trigger->tgargs[SCIM_MAPPING_ARGUMENT], &changes);
	relation_close(relation, NoLock);
	return changes;
}

bool
scim_lookups_differ(const ScimRegistration *table, const ScimResourceType *type)
{
	ScimRegistration as_if = *table;
	Changes		changes;

	as_if.type = type;
	changes = find_changes(&as_if);
	return changes.dropped != NIL || changes.added != NIL;
}

void
scim_sync_lookups(const ScimResourceType *type)
{
	const ScimRegistration *table;
	Changes		changes;

	scim_lock_registrations();
	table = scim_find_table(type);
	if (table == NULL)
		return;
	changes = find_changes(table);
	scim_alter_lookups(table, changes.dropped, changes.added);
}
