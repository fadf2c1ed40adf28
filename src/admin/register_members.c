/*
 * register_members.c
 *		scim_register_members: the join table of mapped users and groups.
 *
 * Nothing of it is written: triggers are made on it.  Memberships that are there
 * are counted when they are needed.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "admin/limits.h"
#include "admin/partitions.h"
#include "admin/register_check.h"
#include "admin/table_ddl.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "group/move.h"
#include "history/mark.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/index.h"
#include "registry/mapping.h"
#include "registry/mapping_error.h"
#include "registry/options.h"
#include "registry/our_trigger.h"
#include "registry/relation.h"
#include "registry/root.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "statement/ddl.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_register_members);

/* The tables that a membership table joins. */
typedef struct Sides
{
	const ScimRegistration *groups;
	const ScimRegistration *users;
} Sides;

/* ---- the other tables ---- */

static const ScimRegistration *
side(const ScimResourceType *type, const char *name)
{
	const ScimRegistration *table = scim_find_table(type);
	ScimError  *error;

	if (table)
		return table;
	error = scim_error(SCIM_NOT_REGISTERED);
	scim_error_text(error, "resource_type", name);
	scim_error_hint(error,
					"Register the tables of users and of groups first: scim_register_table.");
	scim_throw(error, "no table is registered for the resource type \"%s\"", name);
}

static void
find_sides(Sides *sides)
{
	const ScimResourceType *type = scim_members_type();
	const ScimRegistration *taken;
	ScimError  *error;

	sides->groups = side(type, "Group");
	sides->users = side(scim_resource_type("User"), "User");
	taken = scim_find_members(type);
	if (taken == NULL)
		return;
	error = scim_error(SCIM_ALREADY_REGISTERED);
	scim_error_whole(error, "relation", taken->table);
	scim_throw(error, "the memberships of groups have a table already: %s", taken->table);
}

/* ---- what the table must be like ---- */

/* A child of another table, or one that has children: no key holds across them. */
static void
refuse_inheritance(Relation relation)
{
	const char *name = RelationGetRelationName(relation);

	if (!relation->rd_rel->relispartition && scim_parents(RelationGetRelid(relation)) != NIL)
		scim_bad_mapping(relation, NULL,
						 "\"%s\" inherits from another table: writes through that would pass by "
						 "its triggers",
						 name);
	if (relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE &&
		has_subclass(RelationGetRelid(relation)) &&
		find_inheritance_children(RelationGetRelid(relation), NoLock) != NIL)
		scim_bad_mapping(relation, NULL,
						 "\"%s\" has tables that inherit from it: no unique key holds across them",
						 name);
}

static const char *
column_name(Relation relation, AttrNumber number)
{
	return NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname);
}

/* A column holds what one of another table holds: both have the same type of ids. */
static void
check_type(const ScimRegistration *members, Relation relation, ScimMemberColumn column,
		   const ScimRegistration *other, ScimColumn other_column)
{
	const ScimIdType *wanted = scim_id_type(other->types[other_column]);

	if (members->columns[column] && scim_id_type(members->types[column]) != wanted)
		scim_bad_mapping(relation, column_name(relation, members->numbers[column]),
						 "is of type %s: column %s of table %s, which it names, is of type %s",
						 format_type_be(members->types[column]), other->columns[other_column],
						 other->table, format_type_be(other->types[other_column]));
}

static void
check_tenant(const ScimRegistration *members, Relation relation, const Sides *sides)
{
	const ScimRegistration *tables[] = {sides->groups, sides->users};

	for (size_t i = 0; i < lengthof(tables); i++)
	{
		if (members->tenant_type && tables[i]->tenant_type == NULL)
			scim_bad_mapping(relation, column_name(relation, members->numbers[SCIM_MEMBER_TENANT]),
							 "cannot be the tenant's: table %s has no column for that",
							 tables[i]->table);
		if (members->tenant_type == NULL && scim_needs_tenant(tables[i]))
			scim_bad_mapping(relation, NULL,
							 "the option tenant must name a column of \"%s\": ids of table %s are "
							 "unique within a tenant only",
							 RelationGetRelationName(relation), tables[i]->table);
		if (members->tenant_type)
			check_type(members, relation, SCIM_MEMBER_TENANT, tables[i], SCIM_COLUMN_TENANT);
	}
}

static void
check_columns(const ScimRegistration *members, Relation relation, const Sides *sides)
{
	static const ScimMemberColumn columns[] = {SCIM_MEMBER_GROUP, SCIM_MEMBER_ID,
	SCIM_MEMBER_TENANT};

	for (size_t i = 0; i < lengthof(columns); i++)
	{
		for (size_t j = 0; j < i; j++)
		{
			if (members->columns[columns[i]] &&
				members->numbers[columns[i]] == members->numbers[columns[j]])
				scim_bad_mapping(relation, column_name(relation, members->numbers[columns[i]]),
								 "is named twice: groups, members and tenants have a column each");
		}
	}
	check_type(members, relation, SCIM_MEMBER_GROUP, sides->groups, SCIM_COLUMN_ID);
	check_type(members, relation, SCIM_MEMBER_ID, sides->users, SCIM_COLUMN_ID);
	check_tenant(members, relation, sides);
	scim_check_pair_index(members, relation);
}

/* Locks the table and looks whether it is one; returns its kind. */
static char
check_members(Oid relid, const Sides *sides, const char *mapping, bool subscribed)
{
	Relation	relation = table_open(relid, ShareRowExclusiveLock);
	ScimRegistration members = {0};
	char		kind = relation->rd_rel->relkind;

	scim_check_relation(relation);
	refuse_inheritance(relation);
	if (sides->groups->storage->ties_members)
		scim_bad_mapping(relation, NULL,
						 "table %s was made by scim_create_table, with a membership table of its "
						 "own",
						 sides->groups->table);
	if (subscribed && !sides->groups->subscribed && scim_touched_column(sides->groups))
		scim_bad_mapping(relation, NULL,
						 "with the option subscribed the table of groups must be registered with "
						 "it, too: its trigger keeps their versions");
	members.relid = members.root = relid;
	members.type = sides->groups->type;
	members.is_members = true;
	scim_read_mapping(&members, relation, mapping);
	check_columns(&members, relation, sides);
	scim_tell_limits(&members, relation);
	table_close(relation, NoLock);
	return kind;
}

/* ---- triggers ---- */

/*
 * Of each row where statements cannot be seen as a whole: in partitions that are
 * written to directly, and in what a subscription brings.
 */
static const char *const add_row_triggers = "CREATE TRIGGER \"" SCIM_MEMBERS_TRIGGER
"_row\" AFTER INSERT OR UPDATE OR DELETE ON {members}"
" FOR EACH ROW EXECUTE FUNCTION "
"{ext}.scim_members_trigger({type_literal}, {mapping}, "
"{options});"
"CREATE TRIGGER \"" SCIM_MEMBERS_TRIGGER
"_truncate\" AFTER TRUNCATE ON {members}"
" FOR EACH STATEMENT EXECUTE FUNCTION "
"{ext}.scim_members_trigger({type_literal}, {mapping}, "
"{options});";

/* A partition that is truncated alone. */
static const char *const add_partition_trigger = "CREATE TRIGGER \"" SCIM_MEMBERS_TRIGGER
"_truncate\" AFTER TRUNCATE ON {partition}"
" FOR EACH STATEMENT EXECUTE FUNCTION "
"{ext}.scim_members_trigger({type_literal}, "
"{mapping}, {options});";

static void
make_partition_triggers(Oid relid, ScimWord *words)
{
	ListCell   *cell;

	foreach(cell, scim_partitions(relid))
	{
		words[0].text = scim_table_text(lfirst_oid(cell));
		scim_run_ddl(add_partition_trigger, words);
	}
}

static void
make_triggers(Oid relid, bool by_row, const ScimResourceType *type, const char *mapping,
			  const ScimOptions *options)
{
	char	   *table = scim_table_text(relid);
	ScimOptions stored = {.subscribed = options->subscribed};
	ScimWord	words[] = {
		{"partition", NULL}, {"members", table}, {"ext", scim_extension_schema("scimver")},
		{"type_literal", quote_literal_cstr(type->name)}, {"mapping", quote_literal_cstr(mapping)},
		{"options", quote_literal_cstr(scim_options_text(&stored))},
		{NULL}
	};

	if (by_row)
	{
		scim_run_ddl(add_row_triggers, words);
		make_partition_triggers(relid, words);
	}
	else
		scim_make_members_triggers(table, type, mapping);
	CommandCounterIncrement();
	if (options->subscribed)
		scim_enable_always(relid, SCIM_MEMBERS_KIND);
}

/* ---- scim_register_members ---- */

static char *
mapping_text(const char *group, const char *member, const char *tenant)
{
	JsonbValue *mapping = scim_new_object();

	scim_set_text(mapping, scim_member_column_kinds[SCIM_MEMBER_GROUP].key, group);
	scim_set_text(mapping, scim_member_column_kinds[SCIM_MEMBER_ID].key, member);
	if (tenant)
		scim_set_text(mapping, scim_member_column_kinds[SCIM_MEMBER_TENANT].key, tenant);
	return scim_jsonb_text(mapping);
}

static void
register_members(Oid relid, const char *group, const char *member, const ScimOptions *options)
{
	Sides		sides;
	char	   *mapping = mapping_text(group, member, options->tenant);
	char		kind;

	find_sides(&sides);
	scim_lock_summed(sides.groups);
	kind = check_members(relid, &sides, mapping, options->subscribed);
	make_triggers(relid, kind == RELKIND_PARTITIONED_TABLE || options->subscribed,
				  sides.groups->type, mapping, options);
	scim_invalidate_tables();
	CommandCounterIncrement();
	scim_note_registered();
	scim_recount_groups(scim_find_table(scim_members_type()));
	scim_mark_remapped(scim_members_type());
}

/*
 * scim_register_members(relation regclass, group_column text, member_column
 * text, options jsonb) -> void: the table is that of the memberships of users
 * in groups (RFC 7643 section 4.2), whoever writes to it.  Options: "tenant",
 * the tenant's column; "subscribed", for a table that replication writes to.
 * Errors: NOT_REGISTERED (users, groups), ALREADY_REGISTERED, INVALID_MAPPING;
 * 42501 for who does not own the table.
 */
Datum
scim_register_members(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	ScimOptions options;

	scim_parse_options(PG_GETARG_JSONB_P(3), SCIM_OPTIONS_MEMBERS, &options);
	scim_lock_registrations();
	scim_check_owner(relid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	register_members(relid, text_to_cstring(PG_GETARG_TEXT_PP(1)),
					 text_to_cstring(PG_GETARG_TEXT_PP(2)), &options);
	SPI_finish();
	PG_RETURN_VOID();
}
