/*
 * create_table.c
 *		scim_create_table and scim_register_table: tables of resources, with all
 *		that makes them so.
 *
 * A created table is plain DDL; whoever runs it owns the table.  What makes it
 * a registered one is its trigger.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "core/jsonb_tree.h"
#include "errors.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "store/registration.h"
#include "store/ddl.h"
#include "store/grants.h"
#include "store/lookup_ddl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(scim_create_table);
PG_FUNCTION_INFO_V1(scim_register_table);

/* ---- the texts ---- */

#define ROW_COLUMNS_BEFORE \
	"CREATE TABLE {table} (" \
	" tenant_id text NOT NULL DEFAULT {ext}.scim_tenant()," \
	" id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid()," \
	" data jsonb NOT NULL," \
	" version text," \
	" revision bigint," \
	" created timestamptz," \
	" last_modified timestamptz,"

/* {lookups}: generated columns, so that an index on one costs nothing while it stays the same. */
#define ROW_COLUMNS_AFTER \
	"{lookups} PRIMARY KEY (tenant_id, id)) WITH (fillfactor = 80);"

static const char *const create_plain =
ROW_COLUMNS_BEFORE
ROW_COLUMNS_AFTER;

static const char *const create_users =
ROW_COLUMNS_BEFORE
" password_hash text,"
ROW_COLUMNS_AFTER
"COMMENT ON COLUMN {table}.password_hash IS 'Crypt string; never returned';";

static const char *const create_groups =
ROW_COLUMNS_BEFORE
" member_count bigint NOT NULL DEFAULT 0,"
" member_digest bytea NOT NULL DEFAULT pg_catalog.decode(pg_catalog.repeat('00', 32), 'hex'),"
ROW_COLUMNS_AFTER
"COMMENT ON COLUMN {table}.member_count IS 'Members; written by the membership triggers only';"
"COMMENT ON COLUMN {table}.member_digest IS 'Sum of the members'' hashes; written by the membership triggers only';"
"CREATE TABLE {members} ("
" tenant_id text NOT NULL DEFAULT {ext}.scim_tenant(),"
" group_id uuid NOT NULL,"
" member_type text NOT NULL CHECK (member_type OPERATOR(pg_catalog.=) ANY ('{User,Group}'::pg_catalog.text[])),"
" member_id uuid NOT NULL,"
" user_id uuid GENERATED ALWAYS AS (CASE WHEN member_type OPERATOR(pg_catalog.=) 'User' THEN member_id END) STORED,"
" subgroup_id uuid GENERATED ALWAYS AS (CASE WHEN member_type OPERATOR(pg_catalog.=) 'Group' THEN member_id END) STORED,"
" PRIMARY KEY (tenant_id, group_id, member_type, member_id),"
" FOREIGN KEY (tenant_id, group_id) REFERENCES {table} ON DELETE CASCADE,"
" FOREIGN KEY (tenant_id, subgroup_id) REFERENCES {table} ON DELETE CASCADE);"
"CREATE INDEX ON {members} (tenant_id, user_id, group_id);"
"CREATE INDEX ON {members} (tenant_id, subgroup_id, group_id);"
"COMMENT ON TABLE {members} IS 'Memberships; every statement on it moves the versions of its groups';";

static const char *const comment_on_table =
"COMMENT ON TABLE {table} IS 'SCIM resources of type {type}; scimver keeps their versions';"
"COMMENT ON COLUMN {table}.data IS 'The resource without id, meta, password and memberships';"
"COMMENT ON COLUMN {table}.version IS 'Hash of the content';"
"COMMENT ON COLUMN {table}.revision IS 'Counts the changes of the content';";

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
 * caller's role inherits.  EXISTS leaves the planner the choice between one
 * probe by key and reading all grants of the role at once.
 */
static const char *const add_policy =
"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
"CREATE POLICY " SCIM_POLICY " ON {table} USING (EXISTS (SELECT FROM {ext}.scim_tenant_grants AS g"
" WHERE g.tenant_id OPERATOR(pg_catalog.=) {table}.tenant_id AND pg_catalog.pg_has_role(g.role, 'USAGE')));";

static const char *const link_users =
"ALTER TABLE {members} ADD FOREIGN KEY (tenant_id, user_id) REFERENCES {users} ON DELETE CASCADE;";

/* ---- running them ---- */

/* The mapping of a trigger's arguments, {"tenant": "tenant_id", ...}; plans: of ScimPlannedLookup. */
static char *
mapping_text(const ScimResourceType *type, bool is_members, List *plans)
{
	const ScimColumnKind *kinds = is_members ? scim_member_column_kinds : scim_column_kinds;
	int			count = is_members ? SCIM_MEMBER_COLUMNS : SCIM_COLUMNS;
	JsonbValue *mapping = scim_new_object();
	JsonbValue *lookups = scim_new_object();
	ListCell   *cell;
	Jsonb	   *written;

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
	written = scim_write(mapping);
	return JsonbToCString(NULL, &written->root, VARSIZE(written));
}

static char *
mapping_literal(const ScimResourceType *type, bool is_members, List *plans)
{
	return quote_literal_cstr(mapping_text(type, is_members, plans));
}

static char *
jsonb_literal(Jsonb *jsonb)
{
	return quote_literal_cstr(JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb)));
}

/* ---- what both functions share ---- */

static const ScimResourceType *
free_type(const char *name)
{
	const ScimResourceType *type;
	const ScimRegistration *taken;

	/* first, as a change of the schema may be what is waited for */
	scim_lock_registrations();
	type = scim_resource_type(name);
	if (type == NULL)
		scim_throw_path(SCIM_INVALID_VALUE, "resource_type",
						"\"%s\" is no resource type of this database", name);
	taken = scim_find_table(type);
	if (taken)
	{
		ScimError  *error = scim_error(SCIM_ALREADY_REGISTERED);

		scim_error_text(error, "relation", taken->table);
		scim_throw(error, "resource type %s has a table already: %s", type->name, taken->table);
	}
	return type;
}

/* Wrong options are refused before anything is made. */
static void
check_options(Jsonb *options)
{
	ScimRegistration unused = {0};

	scim_read_options(&unused, JsonbToCString(NULL, &options->root, VARSIZE(options)));
}

static char *
table_text(Oid relid)
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

/* What has been prepared for the tables of other types may have to show this one's as well. */
static void
invalidate_tables(void)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);

		if (table)
			CacheInvalidateRelcacheByRelid(table->relid);
	}
}

/* Whichever of the tables came second, memberships then refer to users. */
static void
link_memberships(const ScimResourceType *type)
{
	const ScimResourceType *users = scim_resource_type("User");
	const ScimRegistration *user_table = scim_find_table(users);
	const ScimRegistration *members = scim_find_members(scim_members_type());
	ScimWord	words[3] = {{"members"}, {"users"}};

	/* by name: the type may be of a set that was read before */
	if (user_table == NULL || members == NULL ||
		(strcmp(type->name, users->name) != 0 && !type->has_members) ||
		refers_to(members->relid, user_table->relid))
		return;
	words[0].text = members->table;
	words[1].text = user_table->table;
	scim_run_ddl(link_users, words);
}

/* ---- scim_create_table ---- */

/* The table's schema and name from the text that the caller gave. */
static RangeVar *
table_name(text *given, char **schema)
{
	RangeVar   *name = makeRangeVarFromNameList(textToQualifiedNameList(given));
	Oid			namespace = RangeVarGetCreationNamespace(name);

	if (isTempNamespace(namespace))
		scim_throw(scim_error(SCIM_INVALID_MAPPING), "a temporary table cannot hold resources: other sessions do not see it");
	*schema = get_namespace_name(namespace);
	return name;
}

static void
create_table(const ScimResourceType *type, const char *schema, const char *name, Jsonb *options)
{
	char	   *table = quote_qualified_identifier(schema, name);
	char	   *members = quote_qualified_identifier(schema, psprintf("%s_members", name));
	List	   *plans = scim_plan_lookups(type);
	ListCell   *cell;
	ScimWord	words[] = {
		{"table", table}, {"members", members},
		{"ext", scim_extension_schema("scimver")},
		{"type", type->name}, {"type_literal", quote_literal_cstr(type->name)},
		{"mapping", mapping_literal(type, false, plans)}, {"options", jsonb_literal(options)},
		{"lookups", scim_lookup_definitions(plans, "data")},
		{NULL}
	};

	scim_run_ddl(type->has_members ? create_groups : type->has_password ? create_users : create_plain, words);
	foreach(cell, plans)
		scim_make_lookup_index(lfirst(cell), table, "tenant_id", "id");
	scim_run_ddl(comment_on_table, words);
	scim_run_ddl(add_row_trigger, words);
	scim_run_ddl(add_policy, words);
	if (type->has_members)
	{
		words[5].text = mapping_literal(type, true, NIL);
		scim_run_ddl(add_members_triggers, words);
		words[0].text = members;
		scim_run_ddl(add_policy, words);
	}
}

/*
 * scim_create_table(name text, resource_type text, options jsonb) -> regclass.
 * Errors: INVALID_VALUE (resource type), ALREADY_REGISTERED, INVALID_MAPPING (options).
 */
Datum
scim_create_table(PG_FUNCTION_ARGS)
{
	char	   *schema;
	RangeVar   *name = table_name(PG_GETARG_TEXT_PP(0), &schema);
	Jsonb	   *options = PG_GETARG_JSONB_P(2);
	const ScimResourceType *type;
	Oid			relid;

	check_options(options);
	type = free_type(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	create_table(type, schema, name->relname, options);
	link_memberships(type);
	invalidate_tables();
	scim_grant_tables_to_all();
	SPI_finish();
	relid = get_relname_relid(name->relname, get_namespace_oid(schema, false));
	PG_RETURN_OID(relid);
}

/* ---- scim_register_table ---- */

/* Ours must be the last BEFORE ROW trigger, or it would not see the row as stored. */
static void
refuse_later_triggers(Relation relation)
{
	const TriggerDesc *triggers = relation->trigdesc;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		ScimError  *error;

		if ((trigger->tgtype & TRIGGER_TYPE_ROW) == 0 || (trigger->tgtype & TRIGGER_TYPE_BEFORE) == 0 ||
			strcmp(trigger->tgname, SCIM_ROW_TRIGGER) <= 0)
			continue;
		error = scim_error(SCIM_INVALID_MAPPING);
		scim_error_text(error, "relation", RelationGetRelationName(relation));
		scim_error_hint(error, "Rename the trigger so that it sorts before " SCIM_ROW_TRIGGER ".");
		scim_throw(error, "BEFORE ROW trigger \"%s\" would run after scimver's", trigger->tgname);
	}
}

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
	return table_text(relid);
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
	refuse_later_triggers(relation);
	probe.type = type;
	scim_read_mapping(&probe, relation, "{}");
	check_lookups(relation, probe.numbers[SCIM_COLUMN_TENANT], scim_plan_lookups(type));
	if (type->has_members)
		members = companion_members(relation);
	*has_policies = relation->rd_rel->relrowsecurity;
	table_close(relation, NoLock);
	return members;
}

static void
register_table(Oid relid, const ScimResourceType *type, Jsonb *options)
{
	bool		has_policies;
	char	   *members = check_table(relid, type, &has_policies);
	ScimWord	words[] = {
		{"table", table_text(relid)}, {"members", members},
		{"ext", scim_extension_schema("scimver")},
		{"type_literal", quote_literal_cstr(type->name)},
		{"mapping", mapping_literal(type, false, scim_plan_lookups(type))}, {"options", jsonb_literal(options)},
		{NULL}
	};

	if (members)
		refuse_members(words);

	/* versions of before say nothing of what was written since */
	scim_run_ddl("UPDATE {table} SET version = NULL WHERE version IS NOT NULL", words);
	scim_run_ddl(add_row_trigger, words);
	if (!has_policies)
		scim_run_ddl(add_policy, words);
	if (members)
	{
		words[4].text = mapping_literal(type, true, NIL);
		scim_run_ddl(add_members_triggers, words);
		words[0].text = members;
		if (!has_policies)
			scim_run_ddl(add_policy, words);
	}
}

/*
 * scim_register_table(relation regclass, resource_type text, mapping jsonb,
 * options jsonb) -> void.  Errors: those of scim_create_table; INVALID_MAPPING
 * for a table that has not the columns, or a trigger behind ours.  Enables row
 * level security for tenants, unless the table has it already.
 */
Datum
scim_register_table(PG_FUNCTION_ARGS)
{
	Jsonb	   *mapping = PG_GETARG_JSONB_P(2);
	Jsonb	   *options = PG_GETARG_JSONB_P(3);
	const ScimResourceType *type;

	check_options(options);
	type = free_type(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (!JB_ROOT_IS_OBJECT(mapping) || JB_ROOT_COUNT(mapping) > 0)
		scim_throw(scim_error(SCIM_INVALID_MAPPING),
				   "this version maps the columns that scim_create_table makes: pass '{}'");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	register_table(PG_GETARG_OID(0), type, options);
	link_memberships(type);
	invalidate_tables();
	scim_grant_tables_to_all();
	SPI_finish();
	PG_RETURN_VOID();
}
