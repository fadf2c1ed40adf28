/*
 * register_created.c
 *		Registering a table that has the columns of a created one: a copy of one,
 *		or one whose trigger was dropped.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "errors.h"
#include "executor/spi.h"
#include "store/ddl.h"
#include "store/grants.h"
#include "store/lookup.h"
#include "store/register_check.h"
#include "store/register_table.h"
#include "store/table_ddl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

static void
refuse_other_kinds(Relation relation)
{
	ScimError  *error;

	if (relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relispartition &&
		relation->rd_rel->relpersistence != RELPERSISTENCE_TEMP)
		return;
	error = scim_error(SCIM_INVALID_MAPPING);
	scim_error_text(error, "relation", RelationGetRelationName(relation));
	scim_error_hint(error, "Register an ordinary table: views, partitioned and temporary tables are not supported by this version.");
	scim_throw(error, "\"%s\" is no ordinary table", RelationGetRelationName(relation));
}

/* Count and digest of members that are there already would be wrong from the start. */
static void
refuse_members(const ScimWord *words)
{
	scim_run_ddl("SELECT FROM {members} LIMIT 1", words);
	if (SPI_processed > 0)
	{
		ScimError  *error = scim_error(SCIM_INVALID_MAPPING);

		scim_error_text(error, "relation", words[1].text);
		scim_error_hint(error, "Move the memberships aside, register the table, and insert them again.");
		scim_throw(error, "the membership table has rows already");
	}
}

/* The group table's memberships, by the name that scim_create_table gives them. */
static char *
companion_members(Relation relation)
{
	char	   *name = psprintf("%s_members", RelationGetRelationName(relation));
	Oid			relid = get_relname_relid(name, RelationGetNamespace(relation));
	ScimRegistration probe = {0};
	Relation	members;

	if (!OidIsValid(relid))
	{
		ScimError  *error = scim_error(SCIM_INVALID_MAPPING);

		scim_error_text(error, "relation", name);
		scim_throw(error, "a group table needs a membership table \"%s\" beside it", name);
	}
	members = table_open(relid, AccessShareLock);
	probe.is_members = true;
	scim_read_mapping(&probe, members, "{}");
	table_close(members, NoLock);
	return scim_table_text(relid);
}

/* The lookups that a created table has must be there, each of its type, what is unique with its index. */
static void
check_lookups(Relation relation, AttrNumber tenant, List *plans)
{
	ListCell   *cell;

	foreach(cell, plans)
	{
		const ScimPlannedLookup *lookup = lfirst(cell);
		AttrNumber	number = scim_check_column(relation, lookup->column, scim_lookup_types[lookup->kind].type);
		ScimError  *error;

		if (!lookup->unique || OidIsValid(scim_unique_index(relation, tenant, number)))
			continue;
		error = scim_error(SCIM_INVALID_MAPPING);
		scim_error_text(error, "relation", RelationGetRelationName(relation));
		scim_error_text(error, "column", lookup->column);
		scim_error_hint(error, "Make a unique index on the tenant and the column, WHERE the column IS NOT NULL.");
		scim_throw(error, "column \"%s\" of table \"%s\" must have a unique index, as %s is unique",
				   lookup->column, RelationGetRelationName(relation), lookup->path.text);
	}
}

/* What the table must be like; the name of its membership table, if it has one.  Closes what it opens, for DDL to follow. */
static char *
check_table(Oid relid, const ScimResourceType *type, bool *has_policies)
{
	Relation	relation = table_open(relid, AccessExclusiveLock);
	ScimRegistration probe = {0};
	char	   *members = NULL;

	refuse_other_kinds(relation);
	if (scim_has_triggers(relid, SCIM_ROW_KIND))
		scim_refuse_registered(relation);
	scim_refuse_other_triggers(relation);
	probe.type = type;
	scim_read_mapping(&probe, relation, "{}");
	scim_check_not_null(&probe, relation);
	check_lookups(relation, probe.numbers[SCIM_COLUMN_TENANT], scim_plan_lookups(type));
	if (type->has_members)
		members = companion_members(relation);
	*has_policies = relation->rd_rel->relrowsecurity;
	table_close(relation, NoLock);
	return members;
}

void
scim_register_created(Oid relid, const ScimResourceType *type, const char *options)
{
	bool		has_policies;
	char	   *members = check_table(relid, type, &has_policies);
	char	   *table = scim_table_text(relid);
	ScimWord	words[] = {{"table", table}, {"members", members}, {NULL}};

	if (members)
		refuse_members(words);

	/* versions of before say nothing of what was written since */
	scim_run_ddl("UPDATE {table} SET version = NULL WHERE version IS NOT NULL", words);
	scim_make_row_trigger(table, type, scim_created_mapping(type, false, scim_plan_lookups(type)), options);
	if (!has_policies)
		scim_make_policy(table);
	if (members)
	{
		scim_make_members_triggers(members, type, scim_created_mapping(type, true, NIL));
		if (!has_policies)
			scim_make_policy(members);
	}
	scim_link_memberships(type);
	scim_grant_tables_to_all();
}
