/*
 * register_schema.c
 *		scim_register_schema, scim_register_resource_type, their opposites, and
 *		scim_check_schema.
 *
 * A change is checked as a whole before anything is written: the resource
 * types as they are to be are made in memory, and all that is stored is checked
 * against them, with writers kept out until the end of the transaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "admin/describe.h"
#include "admin/inspect_rows.h"
#include "admin/lookup_sync.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "core/schema_document.h"
#include "core/type_document.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/document.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/check_types.h"
#include "registry/extension.h"
#include "statement/result_set.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(scim_register_schema);
PG_FUNCTION_INFO_V1(scim_register_resource_type);
PG_FUNCTION_INFO_V1(scim_unregister_schema);
PG_FUNCTION_INFO_V1(scim_unregister_resource_type);
PG_FUNCTION_INFO_V1(scim_check_schema);

/* So many of the resources that became invalid are told. */
#define MOST_TOLD 100

/* ---- types as they are to be ---- */

static const ScimSchema *
find_schema(const char *urn)
{
	return scim_find_schema(scim_all_schemas(), urn);
}

static bool
has_schema(const ScimResourceType *type, const char *urn)
{
	return scim_schema(type, urn, strlen(urn)) != NULL;
}

/* All schemas, with one in the place of its predecessor, or at the end. */
static const ScimSchema **
schemas_with(const ScimSchema *new)
{
	const ScimSchema *const *all = scim_all_schemas();
	const ScimSchema **list;
	int			count = 0;
	bool		found = false;

	while (all[count])
		count++;
	list = palloc0((count + 2) * sizeof(ScimSchema *));
	for (int i = 0; i < count; i++)
	{
		bool		same = strcmp(all[i]->urn, new->urn) == 0;

		list[i] = same ? new : all[i];
		found |= same;
	}
	if (!found)
		list[count] = new;
	return list;
}

/* The resource types that have the schema, as they are with the new one; ended by a NULL. */
static const ScimResourceType **
types_with(ScimSchema *new)
{
	const ScimSchema **schemas = schemas_with(new);
	const ScimResourceType *const *types = scim_resource_types();
	const ScimResourceType **result;
	int			count = 0;

	while (types[count])
		count++;
	result = palloc0((count + 1) * sizeof(ScimResourceType *));
	scim_set_endpoints(new, types);
	for (int i = count = 0; types[i]; i++)
	{
		ScimTypeDocument parts;

		if (!has_schema(types[i], new->urn))
			continue;
		scim_type_parts(types[i], &parts);
		result[count] = scim_make_type(&parts, schemas);
		scim_check_type(result[count++]);
	}
	return result;
}

/* ---- rows that would become invalid ---- */

/* What is collected of them for the error. */
typedef struct Invalid
{
	JsonbValue *list;
	int64		count;
	bool		shared;			/* among them are values that no unique index takes */
} Invalid;

static void
collect_invalid(const ScimResourceType *type, const ScimInvalidRow *row, void *argument)
{
	Invalid    *invalid = argument;
	MemoryContext old;
	JsonbValue *object;

	invalid->shared |= row->shared;
	if (invalid->count++ >= MOST_TOLD)
		return;
	old = MemoryContextSwitchTo(GetMemoryChunkContext(invalid->list));
	object = scim_new_object();
	scim_set_text(object, "resource_type", pstrdup(type->name));
	scim_set_text(object, "tenant_id", pstrdup(row->tenant));
	scim_set_text(object, "id", pstrdup(row->id));
	if (row->path)
		scim_set_text(object, "path", pstrdup(row->path));
	scim_set_text(object, "problem", pstrdup(row->problem));
	scim_append(invalid->list, object);
	MemoryContextSwitchTo(old);
}

/*
 * Keeps writers out of the type's table, if it has one; what is there then is
 * all there is.  Where the table will be rewritten, by the lock that this takes:
 * to ask for it later would be a deadlock with whoever reads and then writes.
 */
static const ScimRegistration *
lock_table(const ScimResourceType *type)
{
	Oid			locked = InvalidOid;
	LOCKMODE	mode = NoLock;

	for (;;)
	{
		const ScimResourceType *known = scim_resource_type(type->name);
		const ScimRegistration *table = known ? scim_find_table(known) : NULL;
		LOCKMODE	needed;

		CHECK_FOR_INTERRUPTS();
		if (table == NULL)
			return NULL;
		needed = scim_lookups_differ(table, type) ? AccessExclusiveLock : ShareLock;
		if (table->relid == locked && needed <= mode)
			return table;

		/* who had the lock before may have changed the table, or put another in its place */
		locked = table->relid;
		mode = Max(mode, needed);
		LockRelationOid(locked, mode);
	}
}

/* INVALID_VALUE with what would become invalid; forced, a NOTICE.  An index cannot be forced. */
static void
refuse_invalid(const ScimResourceType **types, bool force)
{
	Invalid		invalid = {scim_new_array()};
	ScimError  *error;

	for (; *types; types++)
	{
		const ScimRegistration *table = lock_table(*types);

		if (table == NULL)
			continue;
		CommandCounterIncrement();
		PushActiveSnapshot(GetLatestSnapshot());
		scim_inspect_rows(table, *types, collect_invalid, &invalid);
		PopActiveSnapshot();
	}
	if (invalid.count == 0)
		return;
	if (force && !invalid.shared)
	{
		ereport(NOTICE,
				(errmsg("resources that are invalid from now on: " INT64_FORMAT, invalid.count)));
		return;
	}
	error = scim_error(invalid.shared ? SCIM_NOT_UNIQUE_RESOURCES : SCIM_INVALID_RESOURCES);
	scim_error_integer(error, "invalid_count", invalid.count);
	scim_error_list(error, "invalid", invalid.list);
	scim_throw(error, "resources that would become invalid: " INT64_FORMAT, invalid.count);
}

/* ---- writing the tables ---- */

/* One change at a time, and none while a table is made. */
static void
lock_schemas(void)
{
	scim_lock_registrations();
	LockRelationOid(scim_extension_relation("scimver", "scim_schemas"), ShareRowExclusiveLock);
	LockRelationOid(scim_extension_relation("scimver", "scim_resource_types"),
					ShareRowExclusiveLock);
}

static uint64
run_sql(const char *text, int nargs, Oid *types, Datum *values)
{
	char	   *sql = psprintf(text, scim_extension_schema("scimver"));
	int			result = SPI_execute_with_args(sql, nargs, types, values, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
	return SPI_processed;
}

/*
 * Puts a row in the place of that of the key (of a built-in one beside it), or
 * at the end; "options" NULL: the table has none.
 */
static void
write_row(bool is_schema, const char *key, Jsonb *document, Jsonb *options)
{
	Oid			types[3] = {TEXTOID, JSONBOID, JSONBOID};
	Datum		values[3];

	values[0] = CStringGetTextDatum(key);
	values[1] = JsonbPGetDatum(document);
	values[2] = options ? JsonbPGetDatum(options) : (Datum) 0;
	if (run_sql(is_schema ?
				"UPDATE %s.scim_schemas SET document = $2, options = $3"
				" WHERE id OPERATOR(pg_catalog.=) $1 AND NOT built_in" :
				"UPDATE %s.scim_resource_types SET document = $2"
				" WHERE name OPERATOR(pg_catalog.=) $1 AND NOT built_in",
				is_schema ? 3 : 2, types, values) == 0)
		run_sql(is_schema ? "INSERT INTO %1$s.scim_schemas (id, document, options, position) "
				"SELECT $1, $2, $3,"
				" COALESCE(pg_catalog.max(position) FILTER (WHERE id "
				"OPERATOR(pg_catalog.=) $1),"
				" pg_catalog.max(position) OPERATOR(pg_catalog.+) 1, 1) FROM "
				"%1$s.scim_schemas"
				: "INSERT INTO %1$s.scim_resource_types (name, document, position) "
				"SELECT $1, $2,"
				" COALESCE(pg_catalog.max(position) FILTER (WHERE name "
				"OPERATOR(pg_catalog.=) $1),"
				" pg_catalog.max(position) OPERATOR(pg_catalog.+) 1, 1) FROM "
				"%1$s.scim_resource_types",
				is_schema ? 3 : 2, types, values);
	CommandCounterIncrement();
}

/* The tables follow, under the schemas as they are now. */
static void
sync_tables(const ScimResourceType **changed)
{
	for (; *changed; changed++)
	{
		const ScimResourceType *type = scim_resource_type((*changed)->name);

		if (type)
			scim_sync_lookups(type);
	}
}

static void
begin(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

static Jsonb *
finish(MemoryContext caller, JsonbValue *document)
{
	MemoryContext old = MemoryContextSwitchTo(caller);
	Jsonb	   *result = scim_write(document);

	MemoryContextSwitchTo(old);
	SPI_finish();
	return result;
}

/*
 * scim_register_schema(document jsonb, options jsonb, force boolean) -> jsonb:
 * adds a schema, or puts it in the place of the one with its id; returns it as
 * clients read it.  Options: {"canonicalValues": "restrict"}, {"restrict": [path, ...]}.
 * Errors: INVALID_SYNTAX, INVALID_VALUE (RFC 7643 section 7; resources that would
 * become invalid, unless forced), PERMISSION_DENIED.
 */
Datum
scim_register_schema(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	Jsonb	   *options = PG_GETARG_JSONB_P(1);
	bool		force = PG_GETARG_BOOL(2);
	ScimSchema *schema = scim_read_schema(document, options);
	const ScimSchema *old;
	const ScimResourceType **types;

	begin();
	lock_schemas();
	old = find_schema(schema->urn);
	if (old)
		scim_check_schema_change(old, schema);
	types = types_with(schema);
	refuse_invalid(types, force);
	write_row(true, schema->urn, document, options);
	sync_tables(types);
	PG_RETURN_JSONB_P(finish(caller, scim_describe_schema(find_schema(schema->urn),
														  scim_version_form())));
}

/* ---- resource types ---- */

/* The history has other documents of that name; a type that had it before keeps it. */
static void
check_name(const char *name)
{
	if (scim_is_document_kind(name) && scim_resource_type(name) == NULL)
		scim_throw_path(SCIM_BAD_DOCUMENT, "name", "%s is a name that scimver keeps for its own",
						name);
}

/* The schemas that the document names must be there. */
static const ScimResourceType *
make_type(const ScimTypeDocument *document)
{
	const ScimResourceType *type;

	if (find_schema(document->schema) == NULL)
		scim_throw_path(SCIM_BAD_DOCUMENT, "schema", "there is no schema %s", document->schema);
	for (int i = 0; i < document->extension_count; i++)
	{
		char	   *path = psprintf("schemaExtensions[%d].schema", i);

		if (find_schema(document->extensions[i]) == NULL)
			scim_throw_path(SCIM_BAD_DOCUMENT, path, "there is no schema %s",
							document->extensions[i]);
	}
	type = scim_make_type(document, scim_all_schemas());
	scim_check_type(type);
	scim_check_type_among(type, scim_resource_types());
	return type;
}

/*
 * scim_register_resource_type(document jsonb, force boolean) -> jsonb: adds a
 * resource type, or puts it in the place of the one with its name; returns it
 * as clients read it (RFC 7643 section 6).  Errors as of scim_register_schema.
 */
Datum
scim_register_resource_type(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	bool		force = PG_GETARG_BOOL(1);
	ScimTypeDocument *parts = scim_read_resource_type(document);
	const ScimResourceType *types[2] = {NULL};

	begin();
	lock_schemas();
	check_name(parts->name);
	types[0] = make_type(parts);
	refuse_invalid(types, force);
	write_row(false, parts->name, document, NULL);
	sync_tables(types);
	PG_RETURN_JSONB_P(finish(caller, scim_describe_type(scim_resource_type(parts->name),
														scim_version_form())));
}

/* ---- taking away ---- */

static SCIM_NORETURN void throw_unknown(const char *type, const char *id);

static void
throw_unknown(const char *type, const char *id)
{
	ScimError  *error = scim_error(SCIM_NO_SUCH_DOCUMENT);

	scim_error_text(error, "resource_type", type);
	scim_error_text(error, "resource_id", id);
	scim_throw(error, "%s \"%s\" does not exist", type, id);
}

/* What comes with the extension stays; with the next document it is as it was. */
static void
delete_row(bool is_schema, const char *key)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	values[0] = CStringGetTextDatum(key);
	if (run_sql(is_schema ? "DELETE FROM %1$s.scim_schemas WHERE id OPERATOR(pg_catalog.=) $1 AND "
				"NOT EXISTS"
				" (SELECT FROM %1$s.scim_schemas WHERE id OPERATOR(pg_catalog.=) $1 "
				"AND built_in)"
				: "DELETE FROM %1$s.scim_resource_types WHERE name "
				"OPERATOR(pg_catalog.=) $1 AND NOT EXISTS"
				" (SELECT FROM %1$s.scim_resource_types WHERE name "
				"OPERATOR(pg_catalog.=) $1 AND built_in)",
				1, types, values) == 0)
		scim_throw_path(SCIM_DOCUMENT_IN_USE, is_schema ? "id" : "name",
						"%s belongs to scimver and stays", key);
}

/*
 * scim_unregister_schema(id text) -> void.  Errors: RESOURCE_NOT_FOUND,
 * INVALID_VALUE (a resource type has it; it is built in).
 */
Datum
scim_unregister_schema(PG_FUNCTION_ARGS)
{
	char	   *urn = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const ScimSchema *schema;

	begin();
	lock_schemas();
	schema = find_schema(urn);
	if (schema == NULL)
		throw_unknown("Schema", urn);
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (has_schema(*type, schema->urn))
			scim_throw_path(SCIM_DOCUMENT_IN_USE, "id", "%s is a schema of the resource type %s",
							schema->urn, (*type)->name);
	}
	delete_row(true, schema->urn);
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * scim_unregister_resource_type(name text) -> void.  Errors:
 * RESOURCE_NOT_FOUND, INVALID_VALUE (a table holds its resources; it is built in).
 */
Datum
scim_unregister_resource_type(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const ScimResourceType *type;
	const ScimRegistration *table;

	begin();
	lock_schemas();
	type = scim_resource_type(name);
	if (type == NULL)
		throw_unknown("ResourceType", name);
	table = scim_find_table(type);
	if (table)
		scim_throw_path(SCIM_DOCUMENT_IN_USE, "name",
						"table %s holds resources of type %s: drop it first", table->table,
						type->name);
	delete_row(false, type->name);
	SPI_finish();
	PG_RETURN_VOID();
}

/* ---- asking before ---- */

static void
list_invalid(const ScimResourceType *type, const ScimInvalidRow *row, void *argument)
{
	const ScimResultSet *result_set = argument;
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = CStringGetTextDatum(type->name);
	values[1] = CStringGetTextDatum(row->tenant);
	values[2] = CStringGetTextDatum(row->id);
	values[3] = row->path ? CStringGetTextDatum(row->path) : (Datum) 0;
	nulls[3] = row->path == NULL;
	values[4] = CStringGetTextDatum(row->problem);
	tuplestore_putvalues(result_set->store, result_set->descriptor, values, nulls);
}

/*
 * scim_check_schema(document jsonb, options jsonb) -> rows (resource_type,
 * tenant_id, id, path, problem): the resources that would become invalid if it
 * were registered.  Errors as of scim_register_schema.
 */
Datum
scim_check_schema(PG_FUNCTION_ARGS)
{
	ScimSchema *schema = scim_read_schema(PG_GETARG_JSONB_P(0), PG_GETARG_JSONB_P(1));
	const ScimSchema *old;
	ScimResultSet result_set;

	scim_begin_result_set(fcinfo, &result_set);
	begin();
	old = find_schema(schema->urn);
	if (old)
		scim_check_schema_change(old, schema);
	for (const ScimResourceType **type = types_with(schema); *type; type++)
	{
		const ScimResourceType *known = scim_resource_type((*type)->name);
		const ScimRegistration *table = known ? scim_find_table(known) : NULL;

		if (table)
			scim_inspect_rows(table, *type, list_invalid, &result_set);
	}
	SPI_finish();
	return (Datum) 0;
}
