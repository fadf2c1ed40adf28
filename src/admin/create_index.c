/*
 * create_index.c
 *		scim_create_index: the index that filters and sorting by an attribute
 *		path need, with the lookup column under it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "admin/lookup_ddl.h"
#include "base/errors.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/defrem.h"
#include "core/filter_path.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/value.h"
#include "query/access.h"
#include "query/column.h"
#include "query/mapped.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/index.h"
#include "registry/lookup_columns.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(scim_create_index);

/* ---- indexes that are there ---- */

/* What an index must be like to find a value of a column. */
typedef struct Wanted
{
	AttrNumber	tenant;
	AttrNumber	column;
	Oid			opclass;		/* of a GIN index; InvalidOid: a B-tree */
} Wanted;

static Oid
first_opclass(HeapTuple tuple)
{
	bool		isnull;
	Datum		classes = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indclass, &isnull);

	return ((oidvector *) DatumGetPointer(classes))->values[0];
}

static bool
is_btree(Oid index)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
	bool		result = HeapTupleIsValid(tuple) &&
		((Form_pg_class) GETSTRUCT(tuple))->relam == BTREE_AM_OID;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/* Does the index lead from the tenant (or nothing) and the column to rows? */
static bool
serves(HeapTuple tuple, const Wanted *wanted)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
	bool		after_tenant = wanted->tenant != InvalidAttrNumber &&
		index->indkey.values[0] == wanted->tenant && index->indnkeyatts > 1;

	if (!index->indisvalid || index->indkey.values[after_tenant ? 1 : 0] != wanted->column)
		return false;
	if (OidIsValid(wanted->opclass))
		return !after_tenant && first_opclass(tuple) == wanted->opclass;
	/* of the partial ones, those of unique values leave out NULL alone */
	return is_btree(index->indexrelid) &&
		(index->indisunique || heap_attisnull(tuple, Anum_pg_index_indpred, NULL));
}

/* The index by which a value of the column is found, as text; or NULL. */
static char *
find_index(Oid relid, const Wanted *wanted)
{
	Relation	relation = table_open(relid, AccessShareLock);
	ListCell   *cell;
	char	   *result = NULL;

	foreach(cell, RelationGetIndexList(relation))
	{
		Oid			oid = lfirst_oid(cell);
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(oid));

		if (!HeapTupleIsValid(tuple))
			continue;
		if (result == NULL && serves(tuple, wanted))
			result = scim_index_name(oid);
		ReleaseSysCache(tuple);
	}
	table_close(relation, NoLock);
	return result;
}

/* ---- columns that every table has ---- */

static bool
is_named(const ScimAttribute *attribute, const char *name)
{
	return attribute && strcmp(attribute->name, name) == 0;
}

static const char *const fixed_index =
"CREATE INDEX ON {table} ({tenant}{column}, {id});";

static void
make_fixed_index(const ScimRegistration *table, ScimColumn column)
{
	const char *tenant = table->columns[SCIM_COLUMN_TENANT];
	ScimWord	words[] = {
		{"table", table->table}, {"tenant", tenant ? psprintf("%s, ", tenant) : ""},
		{"id", table->columns[SCIM_COLUMN_ID]}, {"column", table->columns[column]},
		{NULL}
	};

	if (column == SCIM_COLUMN_LAST_MODIFIED)
		ereport(NOTICE,
				(errmsg("updates of table %s are no longer HOT, as every change moves "
						"meta.lastModified",
						table->table),
				 errhint("Drop the index if writes matter more than finding what has changed.")));
	scim_run_ddl(fixed_index, words);
}

/* The column of the path among those that every table has, or SCIM_COLUMNS. */
static ScimColumn
fixed_column(const ScimPath *path)
{
	if (path->extension || path->attribute == NULL)
		return SCIM_COLUMNS;
	if (is_named(path->attribute, "id"))
		return SCIM_COLUMN_ID;
	if (is_named(path->attribute, "meta") && is_named(path->sub, "created"))
		return SCIM_COLUMN_CREATED;
	if (is_named(path->attribute, "meta") && is_named(path->sub, "lastModified"))
		return SCIM_COLUMN_LAST_MODIFIED;
	return SCIM_COLUMNS;
}

static bool
is_membership(const ScimResourceType *type, const ScimPath *path)
{
	return !path->extension && ((type->has_members && is_named(path->attribute, "members")) ||
								(type->has_groups && is_named(path->attribute, "groups")));
}

/* The index of memberships that finds members.value and groups.value, or NULL. */
static char *
find_members_index(const ScimResourceType *type, const ScimPath *path)
{
	const ScimRegistration *members = scim_find_members(scim_members_type());
	Wanted		wanted = {0};

	if (members == NULL || path->extension || !is_named(path->sub, "value"))
		return NULL;
	if (type->has_members && is_named(path->attribute, "members"))
		wanted.column = members->numbers[SCIM_MEMBER_USER];
	else if (type->has_groups && is_named(path->attribute, "groups"))
		wanted.column = members->numbers[SCIM_MEMBER_GROUP];
	else
		return NULL;
	wanted.tenant = members->numbers[SCIM_MEMBER_TENANT];
	return find_index(members->relid, &wanted);
}

/* ---- lookup columns ---- */

/* Makes what is missing: column, index. */
static void
make_lookup(const ScimRegistration *table, ScimPlannedLookup *plan)
{
	const ScimLookup *lookup = scim_find_lookup(table, plan->path.text);

	if (lookup)
	{
		plan->column = get_attname(table->relid, lookup->number, false);
		scim_make_lookup_index(plan, table->table, table->columns[SCIM_COLUMN_TENANT],
							   table->columns[SCIM_COLUMN_ID]);
		return;
	}
	plan->column = scim_lookup_name(&plan->path, NIL, table->relid);
	scim_alter_lookups(table, NIL, list_make1(plan));
}

static Oid
values_opclass(void)
{
	char	   *schema = get_namespace_name(scim_extension_namespace("scimver"));

	return get_opclass_oid(GIN_AM_OID,
						   list_make2(makeString(schema), makeString("scim_values_ops")), false);
}

/* ---- scim_create_index ---- */

/* The index of the path, if it is there. */
static char *
existing_index(const ScimRegistration *table, const ScimPath *path)
{
	ScimColumn	fixed = fixed_column(path);
	const ScimLookup *lookup = scim_find_lookup(table, path->text);
	Wanted		wanted = {.tenant = table->numbers[SCIM_COLUMN_TENANT]};

	if (fixed < SCIM_COLUMNS)
		wanted.column = table->numbers[fixed];
	else if (lookup)
		wanted.column = lookup->number;
	else
		return find_members_index(table->type, path);
	if (lookup && scim_has_values(lookup->kind))
		wanted.opclass = values_opclass();
	return find_index(table->relid, &wanted);
}

static ScimPath
read_path(const ScimResourceType *type, text *given)
{
	ScimPath	path;

	scim_resolve_path(type, &scim_strict_rules, VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given),
					  &path);
	if (path.filter)
		scim_throw_path(SCIM_INVALID_PATH, path.text,
						"an index is made for all values: leave the filter out");
	return path;
}

static void
make_index(const ScimRegistration *table, const ScimPath *path)
{
	ScimColumn	fixed = fixed_column(path);
	ScimPlannedLookup plan;

	if (fixed < SCIM_COLUMNS && table->columns[fixed] == NULL)
		scim_throw_path(scim_access(table, path) == SCIM_NOT_KEPT ? SCIM_INVALID_PATH
						: SCIM_CANNOT_BE_INDEXED,
						path->text, "%s cannot have an index: table %s has no column for it",
						path->text, table->table);
	if (fixed < SCIM_COLUMNS)
		make_fixed_index(table, fixed);
	else if (scim_plan_lookup(table->type, path, &plan))
		make_lookup(table, &plan);
	else
		scim_throw_path(SCIM_CANNOT_BE_INDEXED, path->text,
						"%s of %s cannot have an index: only strings, references, and single "
						"booleans, numbers and dates can",
						path->text, table->type->name);
}

/* The index of the path, made if it is not there. */
static char *
find_or_make(const ScimTarget *target, const ScimPath *path)
{
	char	   *index = existing_index(target->table, path);

	if (index)
	{
		ereport(NOTICE, (errmsg("%s of %s has the index %s already", path->text, target->type->name,
								index)));
		return index;
	}
	make_index(target->table, path);
	CommandCounterIncrement();
	index = existing_index(scim_find_table(target->type), path);
	if (index == NULL)
		elog(ERROR, "the index of %s was not made", path->text);
	return index;
}

/* ---- attributes in columns of a mapped table: on the columns, as filters compare them ---- */

/* The id makes the order complete, in which pages are read. */
static const char *const value_index =
"CREATE INDEX ON {table} ({tenant}({value}), {id});";

static const char *const elements_index =
"CREATE INDEX ON {table} USING gin ({value});";

/* The index that serves the column, as text; or NULL. */
static char *
existing_column_index(const ScimRegistration *table, const ScimMappedColumn *column)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
	Oid			index = scim_filter_index_of(table, column, relation);

	table_close(relation, NoLock);
	return OidIsValid(index) ? scim_index_name(index) : NULL;
}

static void
make_column_index(const ScimRegistration *table, const ScimMappedColumn *column,
				  const ScimPath *path)
{
	const char *tenant = table->columns[SCIM_COLUMN_TENANT];
	bool		is_array = scim_value_type(column)->is_array;
	bool		own;
	Oid			type;
	ScimColumnSql sql;
	ScimWord	words[] = {
		{"table", table->table}, {"id", table->columns[SCIM_COLUMN_ID]},
		{"tenant", tenant ? psprintf("%s, ", tenant) : ""}, {"value", column->column}, {NULL}
	};

	scim_column_sql(column, column->column, &sql);
	if (sql.comparison == SCIM_COMPARED_IN_JSON ||
		(is_array &&
		 (sql.comparison != SCIM_COMPARED_AS_TEXT || column->compare != SCIM_COMPARE_EXACT)))
		scim_throw_path(SCIM_CANNOT_BE_INDEXED, path->text,
						"%s cannot have an index: filters do not compare column %s of table %s as "
						"it is",
						path->text, column->column, table->table);
	if (sql.comparison == SCIM_COMPARED_AS_TEXT && column->compare != SCIM_COMPARE_EXACT)
		words[3].text = scim_column_order_sql(&sql, &type, &own);
	scim_run_ddl(is_array ? elements_index : value_index, words);
	CommandCounterIncrement();
}

/* What is there already is left alone. */
static char *
find_or_make_on_column(const ScimRegistration *table, const ScimMappedColumn *column,
					   const ScimPath *path)
{
	char	   *index = existing_column_index(table, column);

	if (index)
	{
		ereport(NOTICE, (errmsg("%s of %s has the index %s already", path->text, table->type->name,
								index)));
		return index;
	}
	make_column_index(table, column, path);
	index = existing_column_index(table, column);
	if (index == NULL)
		elog(ERROR, "the index of %s was not made", path->text);
	return index;
}

/* The names of the indexes on all columns that the attribute is in. */
static char *
find_or_make_on_columns(const ScimRegistration *table, const ScimPath *path)
{
	List	   *columns = path->attribute ? scim_columns_of(path, table) : NIL;
	StringInfoData names;
	ListCell   *cell;

	if (columns == NIL)
		scim_throw_path(scim_access(table, path) == SCIM_NOT_KEPT ? SCIM_INVALID_PATH
						: SCIM_CANNOT_BE_INDEXED,
						path->text, "%s cannot have an index: table %s has no column for it",
						path->text, table->table);
	initStringInfo(&names);
	foreach(cell, columns)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
						 find_or_make_on_column(table, lfirst(cell), path));
	return names.data;
}

/* ---- entry point ---- */

/*
 * scim_create_index(resource_type text, path text) -> text: makes the index,
 * and the lookup column that it needs, for filters and sorting by the path;
 * returns its name.  What is there already is left alone.  Of a mapped table it
 * is on the column of the attribute, or on each of its columns.
 * Errors: NOT_REGISTERED, INVALID_PATH.
 */
Datum
scim_create_index(PG_FUNCTION_ARGS)
{
	ScimTarget	target;
	ScimPath	path;
	char	   *index;
	text	   *result;
	MemoryContext old;

	scim_lock_registrations();
	scim_begin(&target, text_to_cstring(PG_GETARG_TEXT_PP(0)), NULL);
	path = read_path(target.type, PG_GETARG_TEXT_PP(1));
	if (!target.table->storage->adds_lookups && fixed_column(&path) == SCIM_COLUMNS &&
		!is_membership(target.type, &path))
		index = find_or_make_on_columns(target.table, &path);
	else
		index = find_or_make(&target, &path);
	old = MemoryContextSwitchTo(target.caller);
	result = cstring_to_text(index);
	MemoryContextSwitchTo(old);
	SPI_finish();
	PG_RETURN_TEXT_P(result);
}
