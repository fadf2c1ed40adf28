/*
 * mapped_create_index.c
 *		scim_create_index for attributes in columns of a table that people had
 *		already: on the columns, as filters compare them.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "base/errors.h"
#include "query/access.h"
#include "query/column.h"
#include "query/mapped.h"
#include "registry/index.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* The id makes the order complete, in which pages are read. */
static const char *const value_index =
"CREATE INDEX ON {table} ({tenant}({value}), {id});";

static const char *const elements_index =
"CREATE INDEX ON {table} USING gin ({value});";

/* The index that serves the column, as text; or NULL. */
static char *
existing_index(const ScimRegistration *table, const ScimMappedColumn *column)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
	Oid			index = scim_filter_index_of(table, column, relation);

	table_close(relation, NoLock);
	return OidIsValid(index) ? scim_index_name(index) : NULL;
}

static void
make_index(const ScimRegistration *table, const ScimMappedColumn *column, const ScimPath *path)
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
		(is_array && (sql.comparison != SCIM_COMPARED_AS_TEXT || column->compare != SCIM_COMPARE_EXACT)))
		scim_throw_path(SCIM_CANNOT_BE_INDEXED, path->text,
						"%s cannot have an index: filters do not compare column %s of table %s as it is",
						path->text, column->column, table->table);
	if (sql.comparison == SCIM_COMPARED_AS_TEXT && column->compare != SCIM_COMPARE_EXACT)
		words[3].text = scim_column_order_sql(&sql, &type, &own);
	scim_run_ddl(is_array ? elements_index : value_index, words);
	CommandCounterIncrement();
}

/* What is there already is left alone. */
static char *
find_or_make(const ScimRegistration *table, const ScimMappedColumn *column, const ScimPath *path)
{
	char	   *index = existing_index(table, column);

	if (index)
	{
		ereport(NOTICE,
				(errmsg("%s of %s has the index %s already", path->text, table->type->name, index)));
		return index;
	}
	make_index(table, column, path);
	index = existing_index(table, column);
	if (index == NULL)
		elog(ERROR, "the index of %s was not made", path->text);
	return index;
}

char *
scim_create_mapped_index(const ScimRegistration *table, const ScimPath *path)
{
	List	   *columns = path->attribute ? scim_columns_of(path, table) : NIL;
	StringInfoData names;
	ListCell   *cell;

	if (columns == NIL)
		scim_throw_path(scim_access(table, path) == SCIM_NO_PLACE ? SCIM_INVALID_PATH : SCIM_CANNOT_BE_INDEXED, path->text,
						"%s cannot have an index: table %s has no column for it", path->text, table->table);
	initStringInfo(&names);
	foreach(cell, columns)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", find_or_make(table, lfirst(cell), path));
	return names.data;
}
