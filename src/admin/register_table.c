/*
 * register_table.c
 *		scim_register_table: a table that exists becomes one of resources.
 *
 * Here the mapped tables, of which a mapping says what their columns hold; those
 * with the columns of a created table are register_created.c's.  Nothing of the
 * table's rows is written, or read, but whether one has an id that no URI can have.  Its lock
 * is taken once, as strong as it has to be: SHARE ROW EXCLUSIVE for the trigger
 * (who reads goes on, who writes waits until the end of the transaction), ACCESS
 * EXCLUSIVE where columns are added.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "admin/limits.h"
#include "admin/mapping_check.h"
#include "admin/partitions.h"
#include "admin/problem.h"
#include "admin/register_check.h"
#include "admin/register_created.h"
#include "admin/register_table.h"
#include "admin/table_ddl.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/texts.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/mark.h"
#include "registry/cache.h"
#include "registry/index.h"
#include "registry/lookup.h"
#include "registry/lookup_columns.h"
#include "registry/mapping.h"
#include "registry/mapping_columns.h"
#include "registry/mapping_error.h"
#include "registry/mapping_path.h"
#include "registry/mapping_words.h"
#include "registry/relation.h"
#include "registry/schemas.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

PG_FUNCTION_INFO_V1(scim_register_table);

/* ---- the mapping as it is stored ---- */

/* The attributes with their paths in the one form; two of the same are refused. */
static JsonbValue *
normal_attributes(const ScimResourceType *type, Relation relation, JsonbContainer *attributes)
{
	JsonbValue *result = scim_new_object();
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, attributes);
	while (scim_walk_next(&walk, &key, &value))
	{
		ScimPath	path;
		char	   *text = scim_mapped_path(type, relation, scim_string_copy(&key), &path);

		if (scim_get(result, text, strlen(text)))
			scim_bad_mapping(relation, NULL, "%s is mapped twice", text);
		scim_set(result, text, strlen(text), &value);
	}
	return result;
}

static JsonbValue *
normal_mapping(const ScimResourceType *type, Relation relation, Jsonb *given)
{
	JsonbValue	root;
	JsonbValue *mapping;
	JsonbValue *attributes;

	scim_root(given, &root);
	mapping = scim_open(&root);
	if (scim_get(mapping, "lookups", strlen("lookups")))
		scim_bad_mapping(relation, NULL,
						 "\"lookups\" are columns of tables that scim_create_table makes: for one "
						 "of those, pass '{}'");
	attributes = scim_get(mapping, "attributes", strlen("attributes"));
	if (attributes && scim_is_object(attributes))
		scim_set_value(mapping, "attributes",
					   normal_attributes(type, relation, attributes->val.binary.data));
	return mapping;
}

/* Says in the mapping how text is compared, where it does not say so itself. */
static void
choose_compare(const ScimRegistration *registration, Relation relation,
			   const ScimMappedColumn *column, JsonbValue *attributes)
{
	JsonbValue *value = scim_get(attributes, column->path, strlen(column->path));
	JsonbValue *object;
	ScimCompare compare;
	char	   *exact_index = NULL;

	if (!scim_has_compare(column) || column->attribute->case_exact ||
		(scim_is_object(value) && scim_get(scim_open(value), "compare", strlen("compare"))))
		return;
	compare = scim_compare_of_indexes(registration, column, relation, &exact_index);
	if (exact_index && get_collation_isdeterministic(column->collation))
		ereport(NOTICE, (errmsg("%s is compared exactly, as index \"%s\" of table \"%s\" does",
								column->path, exact_index, RelationGetRelationName(relation)),
						 errhint("To find it whatever its case, have an index on lower(%s) and "
								 "\"compare\": \"lower\" in the mapping.",
								 column->column)));
	if (scim_is_object(value))
		object = scim_open(value);
	else
	{
		object = scim_new_object();
		scim_set(object, "column", strlen("column"), value);
	}
	scim_set_text(object, "compare", scim_compare_name(compare));
	scim_set_value(attributes, column->path, object);
}

/* What the mapping says of the relation; the same each time, but for what is filled in. */
static ScimRegistration *
read_as_registered(Relation relation, const ScimResourceType *type, const char *mapping)
{
	ScimRegistration *registration = palloc0(sizeof(ScimRegistration));

	registration->relid = registration->root = RelationGetRelid(relation);
	registration->type = type;
	scim_read_mapping(registration, relation, mapping);
	return registration;
}

/* The mapping as it will stand in the trigger's arguments; *registration: what it says. */
static char *
complete_mapping(Relation relation, const ScimResourceType *type, JsonbValue *mapping,
				 ScimRegistration **registration)
{
	JsonbValue *attributes = scim_get(mapping, "attributes", strlen("attributes"));
	char	   *text;

	*registration = read_as_registered(relation, type, scim_jsonb_text(mapping));
	if (attributes)
	{
		attributes = scim_open(attributes);
		for (int i = 0; i < (*registration)->mapped_count; i++)
			choose_compare(*registration, relation, &(*registration)->mapped[i], attributes);
		scim_set_value(mapping, "attributes", attributes);
	}
	text = scim_jsonb_text(mapping);
	*registration = read_as_registered(relation, type, text);
	return text;
}

/* ---- columns that are added ---- */

typedef struct AddedColumn
{
	ScimColumn	column;
	const char *name;
	const char *declaration;
	const char *comment;
	bool		of_groups;
} AddedColumn;

static const AddedColumn added_columns[] = {
	{SCIM_COLUMN_VERSION, "scim_version", "pg_catalog.text",
	"Hash of the content; scimver keeps it"},
	{SCIM_COLUMN_REVISION, "scim_revision", "pg_catalog.int8",
	"Counts the changes of the content; scimver keeps it"},
	{SCIM_COLUMN_MEMBER_COUNT, "scim_member_count", "pg_catalog.int8",
	"Members; written by the membership triggers only", true},
	{SCIM_COLUMN_MEMBER_DIGEST, "scim_member_digest", "pg_catalog.bytea",
	"Sum of the members' hashes; written by the membership triggers only", true},
};

/* Adds what the mapping has not, without default: no row is written. */
static void
add_columns(Oid relid, const ScimResourceType *type, JsonbValue *mapping, ScimOptions *options)
{
	for (size_t i = 0; i < lengthof(added_columns); i++)
	{
		const AddedColumn *added = &added_columns[i];
		const char *key = scim_column_kinds[added->column].key;
		ScimWord	words[] = {
			{"table", scim_table_text(relid)},
			{"column", added->name},
			{"declaration", added->declaration},
			{"comment", quote_literal_cstr(added->comment)},
			{NULL}
		};

		if (scim_get(mapping, key, strlen(key)) || (added->of_groups && !type->has_members))
			continue;
		if (get_attnum(relid, added->name) != InvalidAttrNumber)
		{
			Relation	relation = table_open(relid, NoLock);

			scim_bad_mapping(relation, added->name, "is there already: map it, as \"%s\"", key);
		}
		scim_run_ddl("ALTER TABLE {table} ADD COLUMN {column} {declaration};"
					 "COMMENT ON COLUMN {table}.{column} IS {comment}", words);
		scim_set_text(mapping, key, added->name);
		options->added = lappend(options->added, pstrdup(added->name));
	}
}

/* ---- registering ---- */

/* What an owner should know, and nothing refuses. */
static void
tell(const ScimRegistration *registration, Relation relation, const ScimOptions *options)
{
	scim_tell_limits(registration, relation);
	for (int i = 0; i < registration->in_data_count; i++)
	{
		const ScimLookup *lookup = &registration->in_data[i];

		ereport(NOTICE,
				(errmsg("nothing keeps %s unique in table \"%s\" but the scim_ functions: it has "
						"no column of its own",
						lookup->path, RelationGetRelationName(relation)),
				 errhint("They look for who has a value already, in all rows unless there is an "
						 "index: have a unique one on (%s%s%s).",
						 registration->tenant_type ? registration->columns[SCIM_COLUMN_TENANT] : "",
						 registration->tenant_type ? ", " : "",
						 scim_in_data_sql(registration, lookup))));
	}
	if (registration->columns[SCIM_COLUMN_VERSION] &&
		!scim_has_text(options->added, registration->columns[SCIM_COLUMN_VERSION]))
		ereport(NOTICE, (errmsg("versions that rows of table \"%s\" have already are taken for "
								"those of their content",
								RelationGetRelationName(relation)),
						 errhint("scim_check_table tells which of them are wrong, and "
								 "scim_repair_table mends them.")));
}

/* Ids that no URI can have. */
static void
warn_of_steps(const ScimRegistration *registration, Relation relation)
{
	char	   *sql;

	if (registration->id_type->type != TEXTOID ||
		check_enable_rls(registration->relid, InvalidOid, true) == RLS_ENABLED)
		return;
	sql = psprintf("SELECT FROM %s WHERE CAST(%s AS pg_catalog.text) OPERATOR(pg_catalog.=) ANY "
				   "(ARRAY['.', '..']::pg_catalog.text[])",
				   scim_table_text(registration->relid), registration->columns[SCIM_COLUMN_ID]);
	if (SPI_execute(sql, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\"", sql);
	if (SPI_processed > 0)
		ereport(WARNING, (errmsg("table \"%s\" has an id that is \".\" or \"..\"",
								 RelationGetRelationName(relation)),
						  errdetail("%s.", SCIM_STEP_PROBLEM),
						  errhint("Give such resources another id; scim_check_table names them.")));
	SPI_freetuptable(SPI_tuptable);
}

/* Memberships that are registered already name the resources by columns of their own types. */
static void
check_named(const ScimRegistration *registration, Relation relation, ScimColumn column,
			const ScimIdType *type, const ScimIdType *wanted, const ScimRegistration *members)
{
	if (wanted && registration->columns[column] && type != wanted)
		scim_bad_mapping(relation,
						 get_attname(registration->relid, registration->numbers[column], false),
						 "is of type %s: memberships in table %s, which name it, have the type %s; "
						 "end their registration first",
						 format_type_be(registration->types[column]), members->table,
						 format_type_be(wanted->type));
}

static void
check_memberships(const ScimRegistration *registration, Relation relation)
{
	const ScimRegistration *members = scim_members_type() ? scim_find_members(scim_members_type())
	: NULL;

	if (members == NULL || !registration->type->has_groups)
		return;
	if ((members->tenant_type && registration->tenant_type == NULL) ||
		(members->tenant_type == NULL && scim_needs_tenant(registration)))
		scim_bad_mapping(relation, NULL,
						 "memberships in table %s tell %s tenant: end their registration first",
						 members->table, members->tenant_type ? "the" : "no");
	check_named(registration, relation, SCIM_COLUMN_ID, registration->id_type, members->member_type,
				members);
	check_named(registration, relation, SCIM_COLUMN_TENANT, registration->tenant_type,
				members->tenant_type, members);
}

/*
 * Checks the table, its partitions and children, and closes them; returns the
 * mapping to be stored.
 */
static char *
check_mapped(Oid relid, const ScimResourceType *type, JsonbValue *mapping,
			 const ScimOptions *options)
{
	Relation	relation = table_open(relid, NoLock);
	ScimRegistration *registration;
	char	   *text = complete_mapping(relation, type, mapping, &registration);
	ListCell   *cell;

	scim_check_mapping(registration, relation);
	scim_check_id_index(registration, relation);
	check_memberships(registration, relation);
	if (options->revision_scheme && registration->columns[SCIM_COLUMN_REVISION] == NULL)
		scim_bad_mapping(relation, NULL,
						 "with the option version_scheme \"revision\" the mapping must have a "
						 "\"revision\" column");
	tell(registration, relation, options);
	warn_of_steps(registration, relation);
	foreach(cell, scim_partitions(relid))
	{
		Relation	partition = table_open(lfirst_oid(cell), NoLock);

		/* the index of a partition is one with that of its table */
		registration = read_as_registered(partition, type, text);
		if (!partition->rd_rel->relispartition)
			scim_check_id_index(registration, partition);
		table_close(partition, NoLock);
	}
	table_close(relation, NoLock);
	return text;
}

/*
 * Locks the table, its partitions and children, as strongly as it will be needed,
 * and looks whether it can be registered at all.
 */
static JsonbValue *
lock_relation(Oid relid, const ScimResourceType *type, Jsonb *given, LOCKMODE lock)
{
	Relation	relation = try_relation_open(relid, lock);
	JsonbValue *mapping;
	ListCell   *cell;

	if (relation == NULL)
		scim_refuse_missing(relid);
	scim_check_relation(relation);
	foreach(cell, list_delete_oid(find_all_inheritors(relid, lock, NULL), relid))
	{
		Relation	partition = relation_open(lfirst_oid(cell), NoLock);

		scim_check_partition(partition);
		relation_close(partition, NoLock);
	}
	mapping = normal_mapping(type, relation, given);
	relation_close(relation, NoLock);
	return mapping;
}

static void
register_mapped(Oid relid, const ScimResourceType *type, Jsonb *given, ScimOptions *options)
{
	JsonbValue *mapping;
	char	   *text;

	scim_refuse_mixture(type, scim_table_text(relid), false);
	mapping = lock_relation(relid, type, given,
							options->add_columns ? AccessExclusiveLock : ShareRowExclusiveLock);
	if (options->add_columns)
		add_columns(relid, type, mapping, options);
	text = check_mapped(relid, type, mapping, options);
	scim_make_history_triggers(relid, type, scim_mapped_storage(), options);
	scim_make_lease_triggers(relid, type, options);
	scim_make_row_trigger(scim_table_text(relid), type, text, scim_options_text(options));
	if (type->has_members || type->has_groups)
		scim_make_delete_triggers(scim_table_text(relid), type);
	CommandCounterIncrement();
	scim_adopt_partitions(relid, SCIM_ROW_KIND | SCIM_DELETE_KIND | SCIM_HISTORY_KIND |
						  SCIM_LEASE_KIND);
	if (options->subscribed)
		scim_enable_always(relid, SCIM_ROW_KIND);
}

/*
 * scim_register_table(relation regclass, resource_type text, mapping jsonb,
 * options jsonb) -> void.  A mapping '{}' is that of a table as
 * scim_create_table makes it, for which row level security is enabled, unless
 * it is already; a table with any other mapping stays as it is, but for the
 * trigger and what add_columns adds.  Errors: INVALID_VALUE (resource type),
 * ALREADY_REGISTERED, INVALID_MAPPING; 42501 for who does not own the table.
 */
Datum
scim_register_table(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	Jsonb	   *mapping = PG_GETARG_JSONB_P(2);
	ScimOptions options;
	const ScimResourceType *type;

	scim_parse_options(PG_GETARG_JSONB_P(3), SCIM_OPTIONS_REGISTER, &options);
	if (!JB_ROOT_IS_OBJECT(mapping))
		scim_throw(scim_error(SCIM_INVALID_MAPPING), "a mapping must be an object");
	type = scim_free_type(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	scim_check_owner(relid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (JB_ROOT_COUNT(mapping) > 0)
		register_mapped(relid, type, mapping, &options);
	else
	{
		scim_refuse_mixture(type, scim_table_text(relid), true);
		scim_register_created(relid, type, &options);
	}
	scim_mark_remapped(type);
	scim_invalidate_tables();
	SPI_finish();
	PG_RETURN_VOID();
}
