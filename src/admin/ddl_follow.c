/*
 * ddl_follow.c
 *		What DDL on a table does to its registration: for the event triggers.
 */
#include "postgres.h"

#include "access/relation.h"
#include "admin/ddl_follow.h"
#include "admin/mapping_check.h"
#include "admin/partitions.h"
#include "admin/register_check.h"
#include "base/errors.h"
#include "base/protect.h"
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "group/move.h"
#include "history/mark.h"
#include "registry/cache.h"
#include "registry/index.h"
#include "registry/mapping.h"
#include "registry/mapping_text.h"
#include "registry/options.h"
#include "registry/relation.h"
#include "registry/root.h"
#include "registry/schemas.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* ---- renaming ---- */

/* A lookup of scimver's own is no part of what resources are. */
static void
mark_renamed(Oid relid, const Trigger *trigger, const char *column)
{
	const ScimResourceType *type = scim_resource_type(trigger->tgargs[SCIM_TYPE_ARGUMENT]);

	if (scim_maps_column(trigger->tgargs[SCIM_MAPPING_ARGUMENT], column) &&
		scim_is_registered(type, scim_trigger_kind(trigger), relid))
		scim_mark_remapped(type);
}

static void
follow_rename_in(Oid relid, const char *old_name, const char *new_name)
{
	Relation	relation = relation_open(relid, NoLock);
	ListCell   *cell;

	foreach(cell, scim_triggers_of(relid, SCIM_MAPPED_KINDS))
	{
		const Trigger *trigger = lfirst(cell);
		char	   *mapping = scim_rename_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT],
													 old_name, new_name);
		char	   *options = NULL;

		if (trigger->tgnargs > SCIM_OPTIONS_ARGUMENT)
			options = scim_rename_in_options(trigger->tgargs[SCIM_OPTIONS_ARGUMENT], old_name,
											 new_name);
		if (mapping == NULL && options == NULL)
			continue;
		/* RENAME has asked for this already, of each of them */
		scim_check_owner(relid);
		scim_write_arguments(relation, trigger, mapping, options);
		if (mapping)
			mark_renamed(relid, trigger, old_name);
	}
	relation_close(relation, NoLock);
}

/* A column is renamed in the tables that inherit it, too; all of them are locked. */
void
scim_follow_rename(Oid relid, const char *old_name, const char *new_name)
{
	ListCell   *cell;

	foreach(cell, find_all_inheritors(relid, NoLock, NULL))
		follow_rename_in(lfirst_oid(cell), old_name, new_name);
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

/*
 * A table that is registered itself, for other resources, cannot be a partition
 * or child of another one.
 */
static void
refuse_new_partition(Oid relid, Oid parent)
{
	Relation	relation = relation_open(relid, NoLock);
	List	   *there = scim_triggers_of(relid, SCIM_ANY_KIND);
	ListCell   *cell;

	foreach(cell, scim_triggers_of(parent, SCIM_ANY_KIND))
	{
		const Trigger *copy = scim_find_copy(there, lfirst(cell));

		if (copy && !same_arguments(lfirst(cell), copy))
			scim_refuse_registered(relation);
	}
	scim_refuse_other_triggers(relation);
	relation_close(relation, NoLock);
}

void
scim_follow_parent(Oid relid, Oid parent)
{
	ListCell   *cell;

	if (!scim_has_triggers(parent, SCIM_ANY_KIND))
		return;
	foreach(cell, find_all_inheritors(relid, AccessShareLock, NULL))
	{
		refuse_new_partition(lfirst_oid(cell), parent);
		scim_adopt_partition(parent, lfirst_oid(cell), SCIM_ANY_KIND);
	}
}

void
scim_follow_parents(Oid relid)
{
	ListCell   *cell;

	foreach(cell, scim_parents(relid))
		scim_follow_parent(relid, lfirst_oid(cell));
}

/*
 * Drops what the relation has of a trigger of the table above it, unless
 * another one above it has that, too.
 */
static void
drop_copy(Oid relid, const Trigger *trigger)
{
	const char *type = trigger->tgargs[SCIM_TYPE_ARGUMENT];
	const Trigger *copy = scim_find_copy(scim_triggers_of(relid, SCIM_ANY_KIND), trigger);

	if (copy && strcmp(copy->tgargs[SCIM_TYPE_ARGUMENT], type) == 0 &&
		scim_root_table(relid, scim_trigger_kind(copy), type) == relid)
		scim_drop_trigger(relid, copy->tgname);
}

void
scim_follow_orphan(Oid relid, Oid parent)
{
	List	   *triggers = scim_triggers_of(parent, SCIM_ANY_KIND);
	ListCell   *cell;
	ListCell   *one;

	if (triggers == NIL)
		return;
	/* those above it come first */
	foreach(cell, find_all_inheritors(relid, AccessShareLock, NULL))
	{
		foreach(one, triggers)
			drop_copy(lfirst_oid(cell), lfirst(one));
	}
}

/* ---- rows of partitions and children that come and go ---- */

/* Versions of when the partition was elsewhere may not be those of its rows' content. */
static void
warn_of_versions(const ScimResourceType *type, Oid partition, Oid parent)
{
	const ScimRegistration *table = scim_find_table(type);
	ScimWord	words[] = {{"partition", scim_table_text(partition)}, {"version"}, {NULL}};

	if (table == NULL || table->relid != scim_root_table(parent, SCIM_ROW_KIND, type->name) ||
		table->columns[SCIM_COLUMN_VERSION] == NULL)
		return;
	words[1].text = table->columns[SCIM_COLUMN_VERSION];
	scim_run_ddl("SELECT FROM {partition} WHERE {version} IS NOT NULL LIMIT 1", words);
	if (SPI_processed > 0)
		ereport(WARNING, (errmsg("rows of \"%s\" bring versions along, which are taken for those "
								 "of their content",
								 get_rel_name(partition)),
						  errhint("scim_check_table tells which of them are wrong, and "
								  "scim_repair_table mends them.")));
}

/*
 * Memberships came or went with a table: all groups are counted anew, as their
 * owner.  That is for who owns the one table that is registered for them; the
 * server itself lets the owner of a child take that away (NO INHERIT).
 */
static void
recount_groups(const ScimResourceType *type, Oid parent)
{
	const ScimRegistration *groups = type && type->has_members ? scim_find_table(type) : NULL;
	Oid			members = groups ? scim_find_members_relid(type) : InvalidOid;

	if (!OidIsValid(members) || members != scim_root_table(parent, SCIM_MEMBERS_KIND, type->name))
		return;
	scim_check_owner(members);
	scim_recount_all_groups(groups);
}

/* The resource type that the table's triggers of the kind name; NULL: it has none. */
static const ScimResourceType *
type_of(Oid relid, ScimTriggerKind kind)
{
	List	   *triggers = scim_triggers_of(relid, kind);

	return triggers ? scim_resource_type(((Trigger *) llast(triggers))->tgargs[SCIM_TYPE_ARGUMENT])
		: NULL;
}

void
scim_follow_rows(Oid relid, Oid parent, bool came)
{
	if (came)
		warn_of_versions(type_of(parent, SCIM_ROW_KIND), relid, parent);
	recount_groups(type_of(parent, SCIM_MEMBERS_KIND), parent);
}

/* ---- mappings that do not fit any more ---- */

/* "type" NULL: the trigger names one that is not there any more, and nothing is read. */
static ScimRegistration *
read_trigger(Relation relation, const Trigger *trigger, const ScimResourceType *type)
{
	ScimRegistration *registration;

	if (type == NULL)
		return NULL;
	registration = palloc0(sizeof(ScimRegistration));
	registration->relid = RelationGetRelid(relation);
	registration->is_members = scim_trigger_kind(trigger) == SCIM_MEMBERS_KIND;
	registration->type = type;
	scim_read_mapping(registration, relation, trigger->tgargs[SCIM_MAPPING_ARGUMENT]);
	return registration;
}

/*
 * What the relation's own index keeps apart, of mapped tables: ids, and
 * memberships.  That of a partition is one with that of its table; children that
 * came later may do without one.
 */
static void
check_index(const ScimRegistration *registration, Relation relation)
{
	if (registration->storage->created || scim_parents(RelationGetRelid(relation)) != NIL)
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

	foreach(cell, scim_triggers_of(relid, SCIM_MAPPED_KINDS))
	{
		const Trigger *trigger = lfirst(cell);
		const ScimRegistration *registration =
		read_trigger(relation, trigger,
					 scim_resource_type(trigger->tgargs[SCIM_TYPE_ARGUMENT]));

		if (registration == NULL)
			continue;
		check_index(registration, relation);
		if (!registration->is_members)
			scim_check_not_null(registration, relation);
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
	if (registration->is_members ? scim_has_pair_index(registration, relation)
		: scim_has_id_index(registration, relation))
		return;
	ereport(WARNING, (errmsg("no index of table \"%s\" keeps %s apart any more",
							 RelationGetRelationName(relation),
							 registration->is_members ? "memberships" : "the ids of its resources"),
					  errhint("Make a unique index on column %s.",
							  registration->is_members
							  ? psprintf("%s, %s", registration->columns[SCIM_MEMBER_GROUP],
										 registration->columns[SCIM_MEMBER_ID])
							  : registration->columns[SCIM_COLUMN_ID])));
}

/* A table's trigger that is read under protection. */
typedef struct Reading
{
	Relation	relation;
	const Trigger *trigger;
	ScimRegistration *registration;
} Reading;

static void
read_registration(void *argument)
{
	Reading    *reading = argument;

	reading->registration =
		read_trigger(reading->relation, reading->trigger,
					 scim_resource_type(reading->trigger->tgargs[SCIM_TYPE_ARGUMENT]));
}

/*
 * A registration that cannot be read is scim_check_table's matter: it must not
 * be in the way of dropping other indexes.
 */
static void
check_index_of(Relation relation, const Trigger *trigger, bool too_late)
{
	Reading		reading = {relation, trigger, NULL};
	ErrorData  *error = scim_protect(read_registration, &reading);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	if (error || reading.registration == NULL)
		return;
	if (!too_late)
		check_index(reading.registration, relation);
	else if (!reading.registration->storage->created)
		warn_of_index(reading.registration, relation);
}

void
scim_check_indexes(Oid relid, bool too_late)
{
	Relation	relation;
	ListCell   *cell;

	if (!scim_has_triggers(relid, SCIM_MAPPED_KINDS))
		return;
	relation = relation_open(relid, AccessShareLock);
	foreach(cell, scim_triggers_of(relid, SCIM_MAPPED_KINDS))
		check_index_of(relation, lfirst(cell), too_late);
	relation_close(relation, NoLock);
}
