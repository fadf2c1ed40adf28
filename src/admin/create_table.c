/*
 * create_table.c
 *		scim_create_table: a table for the resources of a type.
 *
 * A created table is plain DDL; whoever runs it owns the table.  What makes it
 * a registered one is its trigger.
 */
#include "postgres.h"

#include "admin/grants.h"
#include "admin/lookup_ddl.h"
#include "admin/table_ddl.h"
#include "base/errors.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/mark.h"
#include "registry/extension.h"
#include "registry/options.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(scim_create_table);

/* ---- the texts ---- */

#define ROW_COLUMNS_BEFORE \
	"CREATE TABLE {table} (" \
	" tenant_id text NOT NULL DEFAULT " SCIM_TENANT_DEFAULT "," \
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

static const char *const create_groups = ROW_COLUMNS_BEFORE
" member_count bigint NOT NULL DEFAULT 0,"
" member_digest bytea NOT NULL DEFAULT pg_catalog.decode(pg_catalog.repeat('00', 32), "
"'hex')," ROW_COLUMNS_AFTER
"COMMENT ON COLUMN {table}.member_count IS 'Members; written by the membership triggers only';"
"COMMENT ON COLUMN {table}.member_digest IS 'Sum of the members'' hashes; written by the "
"membership triggers only';"
"CREATE TABLE {members} ("
" tenant_id text NOT NULL DEFAULT " SCIM_TENANT_DEFAULT ","
" group_id uuid NOT NULL,"
" member_type text NOT NULL CHECK (member_type OPERATOR(pg_catalog.=) ANY "
"('{User,Group}'::pg_catalog.text[])),"
" member_id uuid NOT NULL,"
" user_id uuid GENERATED ALWAYS AS ("
SCIM_MEMBER_OF_TYPE("User") ") STORED,"
" subgroup_id uuid GENERATED ALWAYS AS ("
SCIM_MEMBER_OF_TYPE("Group") ") STORED,"
" PRIMARY KEY (tenant_id, group_id, member_type, member_id),"
" FOREIGN KEY (tenant_id, group_id) REFERENCES {table} ON DELETE "
"CASCADE,"
" FOREIGN KEY (tenant_id, subgroup_id) REFERENCES {table} ON DELETE "
"CASCADE);"
"CREATE INDEX ON {members} (tenant_id, user_id, group_id);"
"CREATE INDEX ON {members} (tenant_id, subgroup_id, group_id);"
"COMMENT ON TABLE {members} IS 'Memberships; every statement on it "
"moves the versions of its groups';";

static const char *const comment_on_table =
"COMMENT ON TABLE {table} IS 'SCIM resources of type {type}; scimver keeps their versions';"
"COMMENT ON COLUMN {table}.data IS 'The resource without id, meta, password and memberships';"
"COMMENT ON COLUMN {table}.version IS 'Hash of the content';"
"COMMENT ON COLUMN {table}.revision IS 'Counts the changes of the content';";

/* ---- scim_create_table ---- */

/* The table's schema and name from the text that the caller gave. */
static RangeVar *
table_name(text *given, char **schema)
{
	RangeVar   *name = makeRangeVarFromNameList(textToQualifiedNameList(given));
	Oid			namespace = RangeVarGetCreationNamespace(name);

	if (isTempNamespace(namespace))
		scim_throw(scim_error(SCIM_INVALID_MAPPING),
				   "a temporary table cannot hold resources: other sessions do not see it");
	*schema = get_namespace_name(namespace);
	return name;
}

/* For foreign keys of an application that has no column for the tenant. */
static const char *const add_unique_id =
"ALTER TABLE {table} ADD UNIQUE (id);";

/* Makes it, and returns its OID. */
static Oid
create_table(const ScimResourceType *type, const char *schema, const char *name,
			 ScimOptions *options)
{
	char	   *table = quote_qualified_identifier(schema, name);
	char	   *members = quote_qualified_identifier(schema, psprintf("%s_members", name));
	List	   *plans = scim_plan_lookups(type);
	Oid			relid;
	ListCell   *cell;
	ScimWord	words[] = {
		{"table", table}, {"members", members},
		{"ext", scim_extension_schema("scimver")},
		{"type", type->name},
		{"lookups", scim_lookup_definitions(plans, "data")},
		{NULL}
	};

	scim_run_ddl(type->has_members ? create_groups
				 : type->has_password ? create_users
				 : create_plain,
				 words);
	if (options->unique_id)
		scim_run_ddl(add_unique_id, words);
	foreach(cell, plans)
		scim_make_lookup_index(lfirst(cell), table, "tenant_id", "id");
	scim_run_ddl(comment_on_table, words);
	relid = get_relname_relid(name, get_namespace_oid(schema, false));
	scim_make_history_triggers(relid, type, scim_document_storage(), options);
	scim_make_lease_triggers(relid, type, options);
	scim_make_row_trigger(table, type, scim_created_mapping(type, false, plans),
						  scim_options_text(options));
	scim_make_policy(table);
	if (type->has_members)
	{
		scim_make_members_triggers(members, type, scim_created_mapping(type, true, NIL));
		scim_make_policy(members);
	}
	return relid;
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
	ScimOptions options;
	const ScimResourceType *type;
	Oid			relid;

	/* wrong options are refused before anything is made */
	scim_parse_options(PG_GETARG_JSONB_P(2), SCIM_OPTIONS_CREATE, &options);
	type = scim_free_type(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	scim_refuse_mixture(type, name->relname, true);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	relid = create_table(type, schema, name->relname, &options);
	scim_link_memberships(type);
	scim_mark_remapped(type);
	scim_invalidate_tables();
	scim_grant_tables_to_all();
	SPI_finish();
	PG_RETURN_OID(relid);
}
