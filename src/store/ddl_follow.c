/*
 * ddl_follow.c
 *		What DDL on a table does to its registration: for the event triggers.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "errors.h"
#include "executor/spi.h"
#include "store/ddl.h"
#include "store/ddl_follow.h"
#include "store/group_move.h"
#include "store/mapped_check.h"
#include "store/mapped_index.h"
#include "store/mapping.h"
#include "store/options.h"
#include "store/parts.h"
#include "store/protect.h"
#include "store/register_check.h"
#include "store/root.h"
#include "store/table_ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* ---- renaming ---- */

static void
follow_rename_in(Oid relid, const RenameStmt *statement)
{
	Relation	relation = relation_open(relid, NoLock);
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, SCIM_ROW_TRIGGER))
	{
		const Trigger *trigger = lfirst(cell);
		char	   *mapping = NULL;
		char	   *options = NULL;

		if (trigger->tgnargs > SCIM_MAPPING_ARGUMENT)
			mapping = scim_rename_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT],
											 statement->subname, statement->newname);
		if (trigger->tgnargs > SCIM_OPTIONS_ARGUMENT)
			options = scim_rename_in_options(trigger->tgargs[SCIM_OPTIONS_ARGUMENT],
											 statement->subname, statement->newname);
		if (mapping || options)
			scim_write_arguments(relation, trigger, mapping, options);
	}
	relation_close(relation, NoLock);
}

/* A column is renamed in the tables that inherit it, too. */
void
scim_follow_rename(const RenameStmt *statement)
{
	Oid			relid = statement->relation ? RangeVarGetRelid(statement->relation, NoLock, true) : InvalidOid;
	ListCell   *cell;

	if (!OidIsValid(relid))
		return;
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		follow_rename_in(lfirst_oid(cell), statement);
}

/* ---- parents and children ---- */

static bool
same_arguments(const Trigger *a, const Trigger *b)
{
	if (a->tgnargs != b->tgnargs)
		return false;
	for (int i = 0; i < a->tgnargs; i++)
	{
		if (strcmp(a->tgargs[i], b->tgargs[i]) != 0)
			return false;
	}
	return true;
}

/* A table that is registered itself, for other resources, cannot be a part of another one. */
static void
check_new_part(Oid relid, Oid parent)
{
	Relation	relation = relation_open(relid, NoLock);
	ListCell   *cell;
	ListCell   *one;

	foreach(cell, scim_triggers_of(parent, SCIM_ROW_TRIGGER))
	{
		foreach(one, scim_triggers_of(relid, SCIM_ROW_TRIGGER))
		{
			if (strcmp(((Trigger *) lfirst(cell))->tgname, ((Trigger *) lfirst(one))->tgname) == 0 &&
				!same_arguments(lfirst(cell), lfirst(one)))
				scim_refuse_registered(relation);
		}
	}
	scim_refuse_later_triggers(relation);
	relation_close(relation, NoLock);
}

void
scim_follow_parents(Oid relid)
{
	ListCell   *cell;
	ListCell   *one;

	foreach(cell, scim_parents(relid))
	{
		if (scim_triggers_of(lfirst_oid(cell), SCIM_ROW_TRIGGER) == NIL)
			continue;
		foreach(one, find_all_inheritors(relid, NoLock, NULL))
		{
			check_new_part(lfirst_oid(one), lfirst_oid(cell));
			scim_adopt_part(lfirst_oid(cell), lfirst_oid(one), SCIM_ROW_TRIGGER);
		}
	}
}

/* Has one of the tables above the relation the trigger, too? */
static bool
has_above(Oid relid, const char *trigger)
{
	return scim_root_table(relid, trigger) != relid;
}

void
scim_follow_orphan(Oid relid, Oid parent)
{
	ListCell   *cell;
	ListCell   *one;

	if (!OidIsValid(relid) || !OidIsValid(parent))
		return;
	/* those above it come first */
	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
	{
		foreach(one, scim_triggers_of(parent, SCIM_ROW_TRIGGER))
		{
			const char *name = ((Trigger *) lfirst(one))->tgname;

			if (scim_has_trigger(lfirst_oid(cell), name) && !has_above(lfirst_oid(cell), name))
				scim_drop_trigger(lfirst_oid(cell), name);
		}
	}
}

/* ---- rows of parts that come and go ---- */

/* Versions of when the part was elsewhere may not be those of its rows' content. */
static void
warn_of_versions(const ScimRegistration *table, Oid part)
{
	ScimWord	words[] = {{"part", scim_table_text(part)}, {"version", table->columns[SCIM_COLUMN_VERSION]}, {NULL}};

	if (table->columns[SCIM_COLUMN_VERSION] == NULL)
		return;
	scim_run_ddl("SELECT FROM {part} WHERE {version} IS NOT NULL LIMIT 1", words);
	if (SPI_processed > 0)
		ereport(WARNING,
				(errmsg("rows of \"%s\" bring versions along, which are taken for those of their content", get_rel_name(part)),
				 errhint("scim_check_table tells which of them are wrong, and scim_repair_table mends them.")));
}

void
scim_follow_rows(Oid relid, Oid parent, bool came)
{
	ListCell   *cell;

	if (!OidIsValid(relid) || !OidIsValid(parent))
		return;
	foreach(cell, scim_triggers_of(parent, SCIM_ROW_TRIGGER))
	{
		const Trigger *trigger = lfirst(cell);
		const ScimRegistration *table = scim_find_table(scim_resource_type(trigger->tgargs[0]));
		bool		is_members = strncmp(trigger->tgname, SCIM_MEMBERS_TRIGGER, strlen(SCIM_MEMBERS_TRIGGER)) == 0;

		if (table == NULL)
			continue;
		if (!is_members && came && strcmp(trigger->tgname, SCIM_ROW_TRIGGER) == 0)
			warn_of_versions(table, relid);
		if (is_members)
		{
			/* once, however many triggers they have */
			scim_recount_all_groups(table);
			break;
		}
	}
}

/* ---- mappings that do not fit any more ---- */

static ScimRegistration *
read_trigger(Relation relation, const Trigger *trigger, const ScimResourceType *type)
{
	ScimRegistration *registration = palloc0(sizeof(ScimRegistration));

	registration->relid = RelationGetRelid(relation);
	registration->is_members = strcmp(trigger->tgname, SCIM_ROW_TRIGGER) != 0;
	registration->type = type;
	if (type)
		scim_read_mapping(registration, relation, trigger->tgargs[SCIM_MAPPING_ARGUMENT]);
	return registration;
}

/*
 * What the relation's own index keeps apart, of tables that people had: ids, and
 * memberships.  That of a partition is one with that of its table; children that
 * came later may do without one.
 */
static void
check_index(const ScimRegistration *registration, Relation relation)
{
	if (!registration->is_mapped || scim_parents(RelationGetRelid(relation)) != NIL)
		return;
	if (registration->is_members)
		scim_check_pair_index(registration, relation);
	else
		scim_check_id_index(registration, relation);
}

static void
check_relation(Oid relid)
{
	Relation	relation = relation_open(relid, AccessShareLock);
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, SCIM_ROW_TRIGGER))
	{
		const Trigger *trigger = lfirst(cell);

		if (trigger->tgnargs > SCIM_MAPPING_ARGUMENT)
			check_index(read_trigger(relation, trigger, scim_resource_type(trigger->tgargs[0])), relation);
	}
	relation_close(relation, NoLock);
}

void
scim_check_altered(Oid relid)
{
	ListCell   *cell;

	foreach(cell, find_all_inheritors(relid, AccessShareLock, NULL))
		check_relation(lfirst_oid(cell));
}

const ScimRegistration *
scim_mapping_with(Oid relid, Oid oid, const ScimResourceType *type)
{
	Relation	relation = relation_open(relid, AccessShareLock);
	const Trigger *trigger = scim_relation_trigger(relation, oid);
	ScimRegistration *registration;

	if (trigger == NULL)
		elog(ERROR, "trigger %u is gone", oid);
	registration = read_trigger(relation, trigger, type);
	scim_check_mapping(registration, relation);
	relation_close(relation, NoLock);
	return registration;
}

static void
warn_of_index(const ScimRegistration *registration, Relation relation)
{
	if (registration->is_members ? scim_has_pair_index(registration, relation) : scim_has_id_index(registration, relation))
		return;
	ereport(WARNING,
			(errmsg("no index of table \"%s\" keeps %s apart any more", RelationGetRelationName(relation),
					registration->is_members ? "memberships" : "the ids of its resources"),
			 errhint("Make a unique index on column %s.",
					 registration->is_members ?
					 psprintf("%s, %s", registration->columns[SCIM_MEMBER_GROUP], registration->columns[SCIM_MEMBER_ID]) :
					 registration->columns[SCIM_COLUMN_ID])));
}

static void
check_table(const ScimRegistration *table, bool too_late)
{
	Relation	relation;

	if (table == NULL)
		return;
	relation = relation_open(table->relid, AccessShareLock);
	if (!too_late)
		check_index(table, relation);
	else if (table->is_mapped)
		warn_of_index(table, relation);
	relation_close(relation, NoLock);
}

typedef struct Search
{
	const ScimResourceType *type;
	bool		members;
	const ScimRegistration *found;
} Search;

static void
find_registered(void *argument)
{
	Search	   *search = argument;

	search->found = search->members ? scim_find_members(search->type) : scim_find_table(search->type);
}

/* A registration that cannot be read is scim_check_table's matter: it must not be in the way of other tables' indexes. */
static void
check_registered(const ScimResourceType *type, bool members, bool too_late)
{
	Search		search = {type, members, NULL};
	ErrorData  *error = scim_protect(find_registered, &search);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	if (error == NULL)
		check_table(search.found, too_late);
}

void
scim_check_indexes(bool too_late)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		check_registered(*type, false, too_late);
	check_registered(scim_members_type(), true, too_late);
}
