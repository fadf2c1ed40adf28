/*
 * unregister.c
 *		scim_unregister_table: a table of resources becomes one like others.
 *
 * What registration made is taken away, and nothing else: triggers, and columns
 * that add_columns made.  All is found by the triggers alone, so that it works
 * also where the mapping does not fit the table any more.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "admin/partitions.h"
#include "admin/table_ddl.h"
#include "base/errors.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "group/move.h"
#include "history/mark.h"
#include "registry/cache.h"
#include "registry/mapping_error.h"
#include "registry/options.h"
#include "registry/relation.h"
#include "registry/root.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_unregister_table);

static SCIM_NORETURN void refuse_unregistered(const char *relation);

static void
refuse_unregistered(const char *relation)
{
	ScimError  *error = scim_error(SCIM_UNREGISTERED_RELATION);

	scim_error_text(error, "relation", relation);
	scim_throw(error, "\"%s\" is not registered", relation);
}

/*
 * Locks the table and all that has its triggers; refuses what is a partition or
 * child of another one.
 */
static void
lock_registered(Oid relid)
{
	Relation	relation;
	ListCell   *cell;

	scim_check_owner(relid);
	relation = try_relation_open(relid, AccessExclusiveLock);
	if (relation == NULL)
		scim_refuse_missing(relid);
	(void) find_all_inheritors(relid, AccessExclusiveLock, NULL);
	foreach(cell, scim_triggers_of(relid, SCIM_MAPPED_KINDS))
	{
		const Trigger *trigger = lfirst(cell);
		Oid			root = scim_root_table(relid, scim_trigger_kind(trigger),
										   trigger->tgargs[SCIM_TYPE_ARGUMENT]);

		if (root != relid)
			scim_bad_mapping(relation, NULL,
							 "\"%s\" is a part of table \"%s\": that is the one that is registered",
							 RelationGetRelationName(relation), get_rel_name(root));
	}
	relation_close(relation, NoLock);
}

/*
 * What the trigger of a table of resources tells: the options, and of which
 * type they are (NULL: it is no such table).
 */
static char *
read_trigger(Oid relid, ScimOptions *options)
{
	List	   *triggers = scim_triggers_of(relid, SCIM_ROW_KIND);
	const Trigger *trigger;

	if (triggers == NIL)
		return NULL;
	trigger = llast(triggers);
	if (trigger->tgnargs > SCIM_OPTIONS_ARGUMENT)
		scim_parse_options(scim_parse_object(trigger->tgargs[SCIM_OPTIONS_ARGUMENT], "options"),
						   SCIM_OPTIONS_STORED, options);
	return trigger->tgargs[SCIM_TYPE_ARGUMENT];
}

/*
 * Of a table that is the type's: another one, which somebody gave triggers by hand,
 * ends nothing.
 */
static void
mark_unregistered(const ScimResourceType *type, ScimTriggerKind kind, Oid relid)
{
	if (scim_is_registered(type, kind, relid))
		scim_mark_remapped(type);
}

/* Takes away the columns that add_columns made, where they are still there. */
static void
drop_columns(Oid relid, List *columns)
{
	ListCell   *cell;

	foreach(cell, columns)
	{
		ScimWord	words[] = {
			{"table", scim_table_text(relid)}, {"column", quote_identifier(lfirst(cell))},
			{NULL}
		};

		if (get_attnum(relid, lfirst(cell)) != InvalidAttrNumber)
			scim_run_ddl("ALTER TABLE {table} DROP COLUMN {column}", words);
	}
}

static void
unregister_members(Oid relid)
{
	lock_registered(relid);
	if (!scim_drop_triggers(relid, SCIM_MEMBERS_KIND))
		refuse_unregistered(get_rel_name(relid));
}

/*
 * Groups that stay registered have no members any more; those that they have
 * count again when the table comes back.
 */
static void
unregister_members_alone(Oid relid)
{
	const ScimRegistration *groups = scim_find_table(scim_members_type());
	const ScimRegistration *members = scim_find_members(scim_members_type());

	if (groups && members && members->relid == relid && !groups->storage->ties_members)
		scim_empty_groups(groups);
	mark_unregistered(scim_members_type(), SCIM_MEMBERS_KIND, relid);
	unregister_members(relid);
}

static void
unregister_resources(Oid relid, const char *type_name, const ScimOptions *stored, bool keep_columns)
{
	const ScimResourceType *type = scim_resource_type(type_name);
	Oid			members = type && type->has_members ? scim_find_members_relid(type) : InvalidOid;

	mark_unregistered(type, SCIM_ROW_KIND, relid);
	if (OidIsValid(members))
		unregister_members(members);
	scim_drop_triggers(relid, SCIM_ANY_KIND);
	if (!keep_columns)
		drop_columns(relid, stored->added);
}

static void
unregister_table(Oid relid, bool keep_columns)
{
	ScimOptions stored = {0};
	char	   *type_name;

	/* groups are locked before memberships, as everywhere */
	if (scim_has_triggers(relid, SCIM_MEMBERS_KIND))
		scim_lock_summed(scim_find_table(scim_members_type()));
	lock_registered(relid);
	type_name = read_trigger(relid, &stored);
	if (type_name)
		unregister_resources(relid, type_name, &stored, keep_columns);
	else
		unregister_members_alone(relid);
}

/*
 * scim_unregister_table(relation regclass, options jsonb) -> void: of a table of
 * resources, or of memberships; of a table of groups with its memberships.  The
 * rows stay.  {"keep_columns": true}: what add_columns made stays, too.  Errors:
 * NOT_REGISTERED, INVALID_MAPPING (options; a partition or child); 42501 for who
 * does not own the table.
 */
Datum
scim_unregister_table(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	ScimOptions options;

	scim_parse_options(PG_GETARG_JSONB_P(1), SCIM_OPTIONS_UNREGISTER, &options);
	scim_check_owner(relid);
	scim_lock_registrations();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	unregister_table(relid, options.keep_columns);
	scim_invalidate_tables();
	SPI_finish();
	PG_RETURN_VOID();
}
