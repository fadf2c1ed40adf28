/*
 * table_ddl.c
 *		What makes a table a registered one: triggers, and of created tables the
 *		policy; and what has to be right with the other tables.
 */
#include "postgres.h"

#include "access/table.h"
#include "core/jsonb_tree.h"
#include "errors.h"
#include "store/ddl.h"
#include "store/lookup.h"
#include "store/mapping.h"
#include "store/table_ddl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

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

/*
 * The same everywhere: rows whose tenant was granted to a role that the
 * caller's role inherits, as the view tells.  EXISTS leaves the planner the
 * choice between one probe by key and reading all grants of the role at once.
 */
static const char *const add_policy =
"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
"CREATE POLICY " SCIM_POLICY " ON {table} USING (EXISTS (SELECT FROM {ext}.scim_own_grants AS g"
" WHERE g.tenant_id OPERATOR(pg_catalog.=) {table}.tenant_id));";

static const char *const link_users =
"ALTER TABLE {members} ADD FOREIGN KEY (tenant_id, user_id) REFERENCES {users} ON DELETE CASCADE;";

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
scim_make_row_trigger(const char *table, const ScimResourceType *type, const char *mapping, const char *options)
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

	scim_run_ddl(add_policy, words);
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

char *
scim_table_text(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

static bool
refers_to(Oid relid, Oid other)
{
	Relation	relation = table_open(relid, AccessShareLock);
	ListCell   *cell;
	bool		found = false;

	foreach(cell, RelationGetFKeyList(relation))
		found |= ((ForeignKeyCacheInfo *) lfirst(cell))->confrelid == other;
	table_close(relation, NoLock);
	return found;
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

void
scim_link_memberships(const ScimResourceType *type)
{
	const ScimResourceType *users = scim_resource_type("User");
	const ScimRegistration *user_table = scim_find_table(users);
	const ScimRegistration *members = scim_find_members(scim_members_type());
	ScimWord	words[3] = {{"members"}, {"users"}};

	/* by name: the type may be of a set that was read before */
	if (user_table == NULL || members == NULL || user_table->is_mapped || members->is_mapped ||
		(strcmp(type->name, users->name) != 0 && !type->has_members) ||
		refers_to(members->relid, user_table->relid))
		return;
	words[0].text = members->table;
	words[1].text = user_table->table;
	scim_run_ddl(link_users, words);
}

/* The table whose resources are members of this type's, or have them as members; NULL: there is none. */
static const ScimRegistration *
other_side(const ScimResourceType *type)
{
	if (type->has_members)
		return scim_find_table(scim_resource_type("User"));
	return strcmp(type->name, "User") == 0 ? scim_find_table(scim_members_type()) : NULL;
}

void
scim_refuse_mixture(const ScimResourceType *type, const char *table, bool is_mapped)
{
	const ScimRegistration *other = other_side(type);
	ScimError  *error;

	if (other == NULL || other->is_mapped == is_mapped)
		return;
	error = scim_error(SCIM_INVALID_MAPPING);
	scim_error_text(error, "relation", table);
	scim_error_hint(error, "Have users and groups both in tables of your own, or both in tables that scim_create_table makes; scim_unregister_table ends a registration.");
	scim_throw(error, "resources of type %s are in table %s, which %s: the memberships of one kind of table cannot refer to the other",
			   other->type->name, other->table,
			   is_mapped ? "scim_create_table made" : "was there before scimver");
}
