/*
 * table_ddl.c
 *		What makes a table a registered one: triggers, and of created tables the
 *		policy; and what has to be right with the other tables.
 */
#include "postgres.h"

#include "access/table.h"
#include "admin/partitions.h"
#include "admin/table_ddl.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "executor/spi.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/lookup.h"
#include "registry/mapping_error.h"
#include "registry/our_trigger.h"
#include "registry/relation.h"
#include "registry/schemas.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

/* ---- the texts ---- */

static const char *const add_row_trigger =
"CREATE TRIGGER \"" SCIM_ROW_TRIGGER "\" BEFORE INSERT OR UPDATE ON {table}"
" FOR EACH ROW EXECUTE FUNCTION {ext}.scim_row_trigger({type_literal}, {mapping}, {options});";

static const char *const add_members_triggers =
"CREATE TRIGGER \"" SCIM_MEMBERS_TRIGGER "_insert\" AFTER INSERT ON {members}"
" REFERENCING NEW TABLE AS new_members FOR EACH STATEMENT"
" EXECUTE FUNCTION {ext}.scim_members_trigger({type_literal}, {mapping});"
"CREATE TRIGGER \"" SCIM_MEMBERS_TRIGGER "_delete\" AFTER DELETE ON {members}"
" REFERENCING OLD TABLE AS old_members FOR EACH STATEMENT"
" EXECUTE FUNCTION {ext}.scim_members_trigger({type_literal}, {mapping});"
"CREATE TRIGGER \"" SCIM_MEMBERS_TRIGGER "_update\" AFTER UPDATE ON {members}"
" REFERENCING OLD TABLE AS old_members NEW TABLE AS new_members FOR EACH STATEMENT"
" EXECUTE FUNCTION {ext}.scim_members_trigger({type_literal}, {mapping});"
"CREATE TRIGGER \"" SCIM_MEMBERS_TRIGGER "_truncate\" AFTER TRUNCATE ON {members}"
" FOR EACH STATEMENT"
" EXECUTE FUNCTION {ext}.scim_members_trigger({type_literal}, {mapping});";

/* Of mapped tables: memberships go with the users and groups that they name. */
static const char *const add_delete_triggers =
"CREATE TRIGGER \"" SCIM_DELETE_TRIGGER "\" AFTER DELETE ON {table}"
" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT"
" EXECUTE FUNCTION {ext}.scim_delete_trigger({type_literal});"
"CREATE TRIGGER \"" SCIM_DELETE_TRIGGER "_truncate\" AFTER TRUNCATE ON {table}"
" FOR EACH STATEMENT"
" EXECUTE FUNCTION {ext}.scim_delete_trigger({type_literal});";

static const char *const add_history_triggers =
"CREATE TRIGGER \"" SCIM_HISTORY_TRIGGER "\" AFTER INSERT OR UPDATE OR DELETE ON {table}"
" FOR EACH ROW EXECUTE FUNCTION {ext}.scim_history_trigger({type_literal});"
"CREATE TRIGGER \"" SCIM_HISTORY_TRIGGER "_truncate\" BEFORE TRUNCATE ON {table}"
" FOR EACH STATEMENT EXECUTE FUNCTION {ext}.scim_history_trigger({type_literal});";

static const char *const add_lease_triggers =
"CREATE TRIGGER \"" SCIM_LEASE_TRIGGER "\" BEFORE DELETE ON {table}"
" FOR EACH ROW EXECUTE FUNCTION {ext}.scim_lease_trigger({type_literal});"
"CREATE TRIGGER \"" SCIM_LEASE_TRIGGER "_truncate\" BEFORE TRUNCATE ON {table}"
" FOR EACH STATEMENT EXECUTE FUNCTION {ext}.scim_lease_trigger({type_literal});";

/*
 * The same everywhere: rows whose tenant was granted to a role that the
 * caller's role inherits.
 */
static const char *const enable_policies =
"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;";

static const char *const add_policy =
"CREATE POLICY " SCIM_POLICY " ON {table} USING ({ext}.scim_may_use(tenant_id));";

static const char *const add_link =
"ALTER TABLE {members} ADD FOREIGN KEY ({tenant}, {column}) REFERENCES {other} ON DELETE CASCADE;";

static const char *const find_lost = "SELECT DISTINCT m.{column}::pg_catalog.text FROM {members} "
"AS m WHERE m.{column} IS NOT NULL AND NOT EXISTS"
" (SELECT FROM {other} AS o WHERE o.{other_tenant} "
"OPERATOR(pg_catalog.=) m.{tenant}"
" AND o.{other_id} OPERATOR(pg_catalog.=) m.{column}) ORDER "
"BY 1 LIMIT " SCIM_FOUND;

/* ---- triggers and policies ---- */

char *
scim_created_mapping(const ScimResourceType *type, bool is_members, List *plans)
{
	const ScimColumnKind *kinds = is_members ? scim_member_column_kinds : scim_column_kinds;
	int			count = is_members ? SCIM_MEMBER_COLUMNS : SCIM_COLUMNS;
	JsonbValue *mapping = scim_new_object();
	JsonbValue *lookups = scim_new_object();
	ListCell   *cell;

	for (int i = 0; i < count; i++)
	{
		if (is_members || scim_has_column(type, i))
			scim_set_text(mapping, kinds[i].key, kinds[i].name);
	}
	foreach(cell, plans)
	{
		const ScimPlannedLookup *lookup = lfirst(cell);

		scim_set_text(lookups, lookup->path.text, lookup->column);
	}
	if (!is_members)
		scim_set_value(mapping, "lookups", lookups);
	return scim_jsonb_text(mapping);
}

void
scim_make_row_trigger(const char *table, const ScimResourceType *type, const char *mapping,
					  const char *options)
{
	ScimWord	words[] = {
		{"table", table}, {"ext", scim_extension_schema("scimver")},
		{"type_literal", quote_literal_cstr(type->name)},
		{"mapping", quote_literal_cstr(mapping)}, {"options", quote_literal_cstr(options)},
		{NULL}
	};

	scim_run_ddl(add_row_trigger, words);
}

void
scim_make_delete_triggers(const char *table, const ScimResourceType *type)
{
	ScimWord	words[] = {
		{"table", table}, {"ext", scim_extension_schema("scimver")},
		{"type_literal", quote_literal_cstr(type->name)},
		{NULL}
	};

	scim_run_ddl(add_delete_triggers, words);
}

void
scim_make_history_triggers(Oid relid, const ScimResourceType *type, const ScimStorage *storage,
						   ScimOptions *options)
{
	ScimWord	words[] = {
		{"table", scim_table_text(relid)}, {"ext", scim_extension_schema("scimver")},
		{"type_literal", quote_literal_cstr(type->name)},
		{NULL}
	};

	/* of a registration that ended with its row trigger, say */
	scim_drop_triggers(relid, SCIM_HISTORY_KIND);
	if (scim_settle_history(options, storage))
		scim_run_ddl(add_history_triggers, words);
}

void
scim_make_lease_triggers(Oid relid, const ScimResourceType *type, const ScimOptions *options)
{
	ScimWord	words[] = {
		{"table", scim_table_text(relid)}, {"ext", scim_extension_schema("scimver")},
		{"type_literal", quote_literal_cstr(type->name)},
		{NULL}
	};

	scim_drop_triggers(relid, SCIM_LEASE_KIND);
	if (options->enforce)
		scim_run_ddl(add_lease_triggers, words);
}

void
scim_make_members_triggers(const char *members, const ScimResourceType *type, const char *mapping)
{
	ScimWord	words[] = {
		{"members", members}, {"ext", scim_extension_schema("scimver")},
		{"type_literal", quote_literal_cstr(type->name)}, {"mapping", quote_literal_cstr(mapping)},
		{NULL}
	};

	scim_run_ddl(add_members_triggers, words);
}

void
scim_make_policy(const char *table)
{
	ScimWord	words[] = {{"table", table}, {"ext", scim_extension_schema("scimver")}, {NULL}};

	scim_run_ddl(enable_policies, words);
	scim_run_ddl(add_policy, words);
}

/* How many policies of that name the table has; NULL: of any name. */
static uint64
count_policies(Oid relid, const char *name)
{
	ScimWord	words[] = {
		{"relid", psprintf("%u", relid)},
		{"name", name ? quote_literal_cstr(name) : "polname"},
		{NULL}
	};

	scim_run_ddl("SELECT FROM pg_catalog.pg_policy WHERE polrelid OPERATOR(pg_catalog.=) "
				 "{relid}::pg_catalog.oid"
				 " AND polname OPERATOR(pg_catalog.=) {name}::pg_catalog.name",
				 words);
	return SPI_processed;
}

void
scim_mend_policy(Oid relid)
{
	char	   *table = scim_table_text(relid);
	Relation	relation = table_open(relid, AccessShareLock);
	bool		enabled = relation->rd_rel->relrowsecurity;
	ScimWord	words[] = {{"table", table}, {NULL}};

	table_close(relation, NoLock);
	if (count_policies(relid, SCIM_POLICY) > 0)
	{
		if (!enabled)
			scim_run_ddl(enable_policies, words);
	}
	else if (enabled && count_policies(relid, NULL) > 0)
		ereport(NOTICE, (errmsg("table %s has policies already, and no other is made: who may see "
								"a tenant's rows is theirs to say",
								table),
						 errhint("To have scimver's, drop those, end the registration, and "
								 "register the table again.")));
	else
		scim_make_policy(table);
}

/* ---- the other tables ---- */

const ScimResourceType *
scim_free_type(const char *name)
{
	const ScimResourceType *type;
	const ScimRegistration *taken;

	/* first, as a change of the schema may be what is waited for */
	scim_lock_registrations();
	type = scim_resource_type(name);
	if (type == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "resource_type",
						"\"%s\" is no resource type of this database", name);
	taken = scim_find_table(type);
	if (taken)
	{
		ScimError  *error = scim_error(SCIM_ALREADY_REGISTERED);

		scim_error_whole(error, "relation", taken->table);
		scim_throw(error, "resource type %s has a table already: %s", type->name, taken->table);
	}
	return type;
}

void
scim_invalidate_tables(void)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);

		if (table)
			CacheInvalidateRelcacheByRelid(table->relid);
	}
}

/* What of memberships refers to which table. */
typedef struct Link
{
	const ScimRegistration *members;
	ScimMemberColumn column;
	const ScimRegistration *other;
} Link;

static bool
is_linked(const Link *link)
{
	Relation	relation = table_open(link->members->relid, AccessShareLock);
	ListCell   *cell;
	bool		found = false;

	foreach(cell, RelationGetFKeyList(relation))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		for (int i = 0; i < key->nkeys; i++)
			found |= key->confrelid == link->other->relid &&
				key->conkey[i] == link->members->numbers[link->column];
	}
	table_close(relation, NoLock);
	return found;
}

static bool
has_primary_key(Oid relid)
{
	Relation	relation = table_open(relid, AccessShareLock);
	bool		found;

	(void) RelationGetIndexList(relation);
	found = OidIsValid(relation->rd_pkindex);
	table_close(relation, NoLock);
	return found;
}

/* Memberships of what is not there, as far as the caller can see what is. */
static void
refuse_lost(const Link *link, const ScimWord *words)
{
	ScimError  *error;

	scim_run_ddl("SELECT FROM {members} LIMIT 1", words);
	if (SPI_processed == 0 || check_enable_rls(link->other->relid, InvalidOid, true) == RLS_ENABLED)
		return;
	scim_run_ddl(find_lost, words);
	if (SPI_processed == 0)
		return;
	error = scim_error(SCIM_LOST_MEMBERS);
	scim_error_whole(error, "relation", link->members->table);
	scim_error_text(error, "column",
					get_attname(link->members->relid, link->members->numbers[link->column], false));
	scim_throw(error, "column %s of table %s names what table %s does not have: %-s",
			   link->members->columns[link->column], link->members->table, link->other->table,
			   scim_found_values());
}

static void
make_link(const Link *link)
{
	ScimWord	words[] = {
		{"members", link->members->table},
		{"tenant", link->members->columns[SCIM_MEMBER_TENANT]},
		{"column", link->members->columns[link->column]},
		{"other", link->other->table},
		{"other_tenant", link->other->columns[SCIM_COLUMN_TENANT]},
		{"other_id", link->other->columns[SCIM_COLUMN_ID]},
		{NULL}
	};

	/* without a key there is nothing to refer to: the check tells of the index that is missing */
	if (is_linked(link) || !has_primary_key(link->other->relid))
		return;
	refuse_lost(link, words);
	scim_run_ddl(add_link, words);
}

void
scim_link_memberships(const ScimResourceType *type)
{
	const ScimResourceType *users = scim_resource_type("User");
	const ScimRegistration *members = scim_find_members(scim_members_type());
	Link		links[] = {
		{members, SCIM_MEMBER_GROUP, scim_find_table(scim_members_type())},
		{members, SCIM_MEMBER_SUBGROUP, scim_find_table(scim_members_type())},
		{members, SCIM_MEMBER_USER, scim_find_table(users)},
	};

	/* by name: the type may be of a set that was read before */
	if (members == NULL || !members->storage->ties_members ||
		(strcmp(type->name, users->name) != 0 && !type->has_members))
		return;
	for (size_t i = 0; i < lengthof(links); i++)
	{
		if (links[i].other && links[i].other->storage->ties_members)
			make_link(&links[i]);
	}
}

/*
 * The table whose resources are members of this type's, or have them as
 * members; NULL: there is none.
 */
static const ScimRegistration *
other_side(const ScimResourceType *type)
{
	if (type->has_members)
		return scim_find_table(scim_resource_type("User"));
	return strcmp(type->name, "User") == 0 ? scim_find_table(scim_members_type()) : NULL;
}

void
scim_refuse_mixture(const ScimResourceType *type, const char *table, bool created)
{
	const ScimRegistration *other = other_side(type);
	ScimError  *error;

	if (other == NULL || other->storage->created == created)
		return;
	error = scim_error(SCIM_INVALID_MAPPING);
	scim_error_text(error, "relation", table);
	scim_error_hint(error,
					"Have users and groups both in tables of your own, or both in tables that "
					"scim_create_table makes; scim_unregister_table ends a registration.");
	scim_throw(error,
			   "resources of type %s are in table %s, which %s: the memberships of one kind of "
			   "table cannot refer to the other",
			   other->type->name, other->table,
			   created ? "was there before scimver" : "scim_create_table made");
}
