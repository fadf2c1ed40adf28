/*
 * register_created.c
 *		Registering a table that has the columns of a created one: a copy of one,
 *		or one whose triggers went, by hand or with the extension.
 *
 * What is missing of what scim_create_table makes is made: lookup columns, their
 * indexes, defaults, policies, triggers, foreign keys.  What rows say of their
 * content is not believed, as it may have changed while no trigger was there:
 * versions are computed and members counted anew.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "admin/generated.h"
#include "admin/grants.h"
#include "admin/lookup_ddl.h"
#include "admin/partitions.h"
#include "admin/register_check.h"
#include "admin/register_created.h"
#include "admin/table_ddl.h"
#include "base/compat.h"
#include "base/errors.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "group/move.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/lookup_columns.h"
#include "registry/mapping.h"
#include "registry/mapping_error.h"
#include "registry/relation.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "resource/stored_rows.h"
#include "statement/ddl.h"
#include "statement/role.h"
#include "statement/text.h"
#include "trigger/refill.h"
#include "utils/builtins.h"
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
	scim_error_hint(error, "Register an ordinary table: views, partitioned and temporary tables "
					"are not supported by this version.");
	scim_throw(error, "\"%s\" is no ordinary table", RelationGetRelationName(relation));
}

/* A table of the same owner whose group_id refers to the relation, or InvalidOid. */
static Oid
find_referring(Relation relation)
{
	ScimWord	words[] = {
		{"relid", psprintf("%u", RelationGetRelid(relation))},
		{"owner", psprintf("%u", relation->rd_rel->relowner)},
		{NULL}
	};
	bool		isnull;

	scim_run_ddl("SELECT c.conrelid FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = "
				 "c.conrelid"
				 " AND a.attnum = ANY (c.conkey) AND a.attname = 'group_id' JOIN pg_class AS r ON "
				 "r.oid = c.conrelid"
				 " WHERE c.contype = 'f' AND c.confrelid = {relid} AND r.relowner = {owner} ORDER "
				 "BY 1 LIMIT 1",
				 words);
	if (SPI_processed == 0)
		return InvalidOid;
	return DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0],
										  SPI_tuptable->tupdesc, 1, &isnull));
}

/* Whoever owns the memberships says who is in which group. */
static void
refuse_other_owner(Relation members, Relation groups)
{
	Oid			owner = groups->rd_rel->relowner;
	char	   *table = scim_table_text(RelationGetRelid(members));
	ScimError  *error;

	if (members->rd_rel->relowner == owner)
		return;
	error = scim_error(SCIM_INVALID_MAPPING);
	scim_error_text(error, "relation", RelationGetRelationName(members));
	scim_error_hint(error, psprintf("If these are the groups' memberships: ALTER TABLE %s OWNER TO "
									"%s. If they are not, rename the table: the memberships are "
									"then found by their foreign key.",
									table, quote_identifier(GetUserNameFromId(owner, false))));
	scim_throw(error,
			   "table %s, by its name the memberships of table \"%s\", belongs to somebody else",
			   table, RelationGetRelationName(groups));
}

/*
 * The group table's memberships: by the name that scim_create_table gives them,
 * or, renamed, by their foreign key.
 */
static Oid
companion_members(Relation relation)
{
	char	   *name = psprintf("%s_members", RelationGetRelationName(relation));
	Oid			relid = get_relname_relid(name, RelationGetNamespace(relation));
	ScimRegistration probe = {0};
	Relation	members;

	if (!OidIsValid(relid))
		relid = find_referring(relation);
	if (!OidIsValid(relid))
	{
		ScimError  *error = scim_error(SCIM_INVALID_MAPPING);

		scim_error_text(error, "relation", name);
		scim_throw(error, "a group table needs a membership table \"%s\" beside it", name);
	}
	members = table_open(relid, AccessShareLock);
	refuse_other_owner(members, relation);
	scim_refuse_rules(members);
	probe.is_members = true;
	scim_read_mapping(&probe, members, "{}");
	scim_check_generated(members, probe.numbers[SCIM_MEMBER_USER], "uuid",
						 SCIM_MEMBER_OF_TYPE("User"));
	scim_check_generated(members, probe.numbers[SCIM_MEMBER_SUBGROUP], "uuid",
						 SCIM_MEMBER_OF_TYPE("Group"));
	table_close(members, NoLock);
	return relid;
}

/* ---- what is there, and what is not ---- */

/* A table that is registered, and what it lacks. */
typedef struct Created
{
	Oid			relid;
	Oid			owner;			/* as whom its rows are written: triggers are not the caller's */
	Oid			members;		/* of a group table, or InvalidOid */
	char	   *table;			/* its name, quoted */
	const ScimResourceType *type;
	List	   *columns;		/* of ScimPlannedLookup: to be added, with their indexes */
	List	   *indexes;		/* the same: of columns that are there */
} Created;

static void
find_missing(Relation relation, AttrNumber tenant, Created *created)
{
	ListCell   *cell;

	foreach(cell, scim_plan_lookups(created->type))
	{
		ScimPlannedLookup *lookup = lfirst(cell);
		AttrNumber	number;

		if (get_attnum(created->relid, lookup->column) == InvalidAttrNumber)
		{
			created->columns = lappend(created->columns, lookup);
			continue;
		}
		number = scim_check_column(relation, lookup->column, scim_lookup_types[lookup->kind].type);
		scim_check_generated(relation, number, scim_lookup_types[lookup->kind].declaration,
							 scim_lookup_expression(lookup, "data"));
		if (lookup->unique ? !OidIsValid(scim_unique_index(relation, tenant, number)) :
			!scim_leads_to(relation, tenant, number))
			created->indexes = lappend(created->indexes, lookup);
	}
}

/* What the table must be like.  Closes what it opens, for DDL to follow. */
static void
check_table(Created *created)
{
	Relation	relation = table_open(created->relid, AccessExclusiveLock);
	ScimRegistration probe = {0};

	refuse_other_kinds(relation);
	scim_refuse_rules(relation);
	if (scim_has_triggers(created->relid, SCIM_ROW_KIND))
		scim_refuse_registered(relation);
	scim_refuse_other_triggers(relation);
	created->owner = relation->rd_rel->relowner;
	probe.relid = created->relid;
	probe.table = created->table = scim_table_text(created->relid);
	probe.type = created->type;
	scim_read_mapping(&probe, relation, "{}");
	scim_check_not_null(&probe, relation);
	scim_refuse_hidden_rows(&probe);
	find_missing(relation, probe.numbers[SCIM_COLUMN_TENANT], created);
	if (created->type->has_members)
		created->members = companion_members(relation);
	table_close(relation, NoLock);
}

/* ---- what is made ---- */

/*
 * Where a version is to say that nobody wrote, somebody may have.  Before the
 * trigger, which keeps revisions.
 */
static void
move_revisions(const Created *created)
{
	char	   *sql = psprintf("UPDATE %s SET revision = revision OPERATOR(pg_catalog.+) 1",
							   created->table);
	ScimRole	caller;
	int			result;

	/* with the caller's search_path, as triggers of others may need it */
	scim_act_as(created->owner, &caller);
	result = SPI_execute(sql, false, 0);
	scim_act_as_before(&caller);
	if (result != SPI_OK_UPDATE)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}

/* Versions of before say nothing of what was written since, nor has anybody tidied it. */
static void
refill_versions(const Created *created)
{
	const ScimRegistration *table = scim_find_table(created->type);
	uint64		written = scim_refill_table(table);
	StringInfoData sql;
	ScimError  *error;
	bool		isnull;

	initStringInfo(&sql);
	scim_append_statement(&sql,
						  "SELECT pg_catalog.count(*) FROM {table} AS r WHERE " SCIM_HAS_DOCUMENT,
						  table);
	/* not read only: a snapshot of before would see nothing of a table that was rewritten */
	if (SPI_execute(sql.data, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\"", sql.data);
	if ((uint64) DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
											 &isnull)) == written)
		return;
	error = scim_error(SCIM_ROWS_KEPT);
	scim_error_whole(error, "relation", created->table);
	scim_throw(error,
			   "a trigger or a rule of table %s keeps rows from being written, whose versions may "
			   "be out of date",
			   created->table);
}

/* Rows that name no tenant have one; what others made its default stays. */
static void
make_default(Oid relid)
{
	Relation	relation = table_open(relid, AccessShareLock);
	AttrNumber	number = get_attnum(relid, scim_column_kinds[SCIM_COLUMN_TENANT].name);
	bool		has_default = TupleDescAttr(RelationGetDescr(relation), number - 1)->atthasdef;
	ScimWord	words[] = {{"table", scim_table_text(relid)}, {NULL}};

	table_close(relation, NoLock);
	if (!has_default)
		scim_run_ddl("ALTER TABLE {table} ALTER COLUMN tenant_id SET DEFAULT " SCIM_TENANT_DEFAULT,
					 words);
}

static void
make_lookups(const Created *created)
{
	ListCell   *cell;

	scim_add_lookups(created->table, "data", created->columns);
	foreach(cell, list_concat_copy(created->columns, created->indexes))
		scim_make_lookup_index(lfirst(cell), created->table, "tenant_id", "id");
}

static void
make_triggers(const Created *created, ScimOptions *options)
{
	const ScimResourceType *type = created->type;

	scim_make_history_triggers(created->relid, type, scim_document_storage(), options);
	scim_make_lease_triggers(created->relid, type, options);
	scim_make_row_trigger(created->table, type,
						  scim_created_mapping(type, false, scim_plan_lookups(type)),
						  scim_options_text(options));
	if (OidIsValid(created->members))
		scim_make_members_triggers(scim_table_text(created->members), type,
								   scim_created_mapping(type, true, NIL));
	CommandCounterIncrement();
	scim_adopt_partitions(created->relid, SCIM_ROW_KIND | SCIM_HISTORY_KIND | SCIM_LEASE_KIND);
}

/* Groups whose members changed while nobody counted follow now. */
static void
count_members(void)
{
	const ScimRegistration *groups = scim_find_table(scim_members_type());

	scim_note_registered();
	scim_recount_groups(groups);
}

void
scim_register_created(Oid relid, const ScimResourceType *type, ScimOptions *options)
{
	Created		created = {.relid = relid, .type = type};

	check_table(&created);
	if (options->revision_scheme)
		move_revisions(&created);
	make_lookups(&created);
	make_default(relid);
	scim_mend_policy(relid);
	if (OidIsValid(created.members))
	{
		make_default(created.members);
		scim_mend_policy(created.members);
	}
	make_triggers(&created, options);
	scim_link_memberships(type);
	refill_versions(&created);
	/* behind: groups are counted that have a version to be moved */
	if (OidIsValid(created.members))
		count_members();
	scim_grant_tables_to_all();
}
