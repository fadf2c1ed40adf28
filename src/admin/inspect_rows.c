/*
 * inspect_rows.c
 *		The resources that are stored, checked against a resource type as it is
 *		to be.
 */
#include "postgres.h"

#include "admin/ddl_follow.h"
#include "admin/inspect_rows.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "core/resource.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/lookup.h"
#include "registry/lookup_columns.h"
#include "registry/mapping_columns.h"
#include "resource/row.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"

/* So many rows are read at a time. */
#define BATCH 500

/* A table that is inspected. */
typedef struct Inspection
{
	const ScimRegistration *table;
	const ScimRegistration *as_of_type; /* the same, read with the type as it is to be */
	const ScimResourceType *type;
	ScimReportInvalid report;
	void	   *argument;
} Inspection;

/* A row as it was read, in columns; "data" is its content by the type as it is to be. */
typedef struct StoredRow
{
	const char *tenant;
	const char *id;
	Jsonb	   *data;
	Datum	   *values;
	bool	   *nulls;
} StoredRow;

/* ---- one document after the other ---- */

typedef struct Progress
{
	const ScimResourceType *type;
	const StoredRow *rows;
	int			count;
	int			next;			/* the row that is looked at */
} Progress;

static void
check_documents(void *argument)
{
	Progress   *progress = argument;

	for (; progress->next < progress->count; progress->next++)
	{
		const StoredRow *row = &progress->rows[progress->next];

		CHECK_FOR_INTERRUPTS();
		scim_check_document(progress->type, row->data);
	}
}

/*
 * Checks from the next row on: the error of the first that is wrong, or NULL.
 * A subtransaction for each error.
 */
static ErrorData *
find_error(Progress *progress)
{
	ErrorData  *error = scim_protect(check_documents, progress);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	return error;
}

static char *
path_of(const ErrorData *error)
{
	Datum		value = DirectFunctionCall1(jsonb_in, CStringGetDatum(error->detail));
	Jsonb	   *detail = DatumGetJsonbP(value);
	JsonbValue	path;

	if (!scim_find(&detail->root, "path", &path) || path.type != jbvString)
		return NULL;
	return scim_string_copy(&path);
}

/* Does the table's own type find the same fault? */
static bool
is_wrong_already(const Inspection *inspection, const StoredRow *row, const ErrorData *error)
{
	StoredRow	same = *row;
	Progress	alone = {inspection->table->type, &same, 1, 0};
	ErrorData  *before;
	ScimRow		content;

	scim_take_row(inspection->table, row->values, row->nulls, &content);
	same.data = scim_row_data(inspection->table, &content);
	before = find_error(&alone);
	return before && strcmp(before->message, error->message) == 0;
}

static void
inspect_batch(const Inspection *inspection, const StoredRow *rows, int count)
{
	Progress	progress = {inspection->type, rows, count, 0};

	for (; progress.next < count; progress.next++)
	{
		ErrorData  *error = find_error(&progress);
		const StoredRow *row = &rows[progress.next];

		if (error == NULL)
			break;
		if (!is_wrong_already(inspection, row, error))
		{
			ScimInvalidRow invalid = {.tenant = row->tenant,
				.id = row->id,
				.path = path_of(error),
			.problem = error->message};

			inspection->report(inspection->type, &invalid, inspection->argument);
		}
	}
}

/* ---- all of them ---- */

/* Columns {bare} and, if there is one, the tenant's. */
static StoredRow
read_row(const Inspection *inspection, HeapTuple tuple, TupleDesc descriptor)
{
	const ScimRegistration *table = inspection->table;
	StoredRow	row;
	ScimRow		content;

	row.values = palloc(descriptor->natts * sizeof(Datum));
	row.nulls = palloc(descriptor->natts * sizeof(bool));
	heap_deform_tuple(tuple, descriptor, row.values, row.nulls);
	scim_take_row(inspection->as_of_type, row.values, row.nulls, &content);
	row.tenant = table->tenant
		? table->tenant
		: scim_id_text(table->tenant_type, row.values[descriptor->natts - 1]);
	row.id = content.id;
	row.data = scim_row_data(inspection->as_of_type, &content);
	return row;
}

static void
inspect_documents(const Inspection *inspection)
{
	StringInfoData sql;
	Portal		portal;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver inspected rows",
												  ALLOCSET_DEFAULT_SIZES);

	initStringInfo(&sql);
	scim_append_statement(&sql,
						  "SELECT {bare}{?tenant:, r.{tenant}} FROM {table} AS r WHERE r.{id} IS "
						  "NOT NULL{?tenant: AND r.{tenant} IS NOT NULL}",
						  inspection->table);
	portal = SPI_cursor_open_with_args(NULL, sql.data, 0, NULL, NULL, NULL, true, 0);
	for (;;)
	{
		MemoryContext old;
		StoredRow  *rows;
		int			count;

		SPI_cursor_fetch(portal, true, BATCH);
		count = SPI_processed;
		if (count == 0)
			break;
		old = MemoryContextSwitchTo(scratch);
		rows = palloc(count * sizeof(StoredRow));
		for (int i = 0; i < count; i++)
			rows[i] = read_row(inspection, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		inspect_batch(inspection, rows, count);
		MemoryContextSwitchTo(old);
		SPI_freetuptable(SPI_tuptable);
		MemoryContextReset(scratch);
	}
	SPI_cursor_close(portal);
	MemoryContextDelete(scratch);
}

/* ---- values that are to be unique ---- */

/*
 * Reports the rows that share a value of the SQL expression within their tenant.
 * What stands for no value is NULL there.
 */
static void
inspect_shared(const Inspection *inspection, const char *path, const char *value)
{
	const ScimRegistration *table = inspection->table;
	StringInfoData sql;

	initStringInfo(&sql);
	scim_append_statement(&sql,
						  "SELECT id, tenant FROM (SELECT r.{id} AS id, "
						  "{?tenant:r.{tenant}}{!tenant:NULL} AS tenant,"
						  " pg_catalog.count(*) OVER (PARTITION BY {?tenant:r.{tenant}, }",
						  table);
	appendStringInfo(&sql, "%s) AS n", value);
	scim_append_statement(&sql,
						  " FROM {table} AS r WHERE r.{id} IS NOT NULL AND {?tenant:r.{tenant} IS "
						  "NOT NULL AND }(",
						  table);
	appendStringInfo(&sql, "%s) IS NOT NULL) AS v WHERE n OPERATOR(pg_catalog.>) 1 ORDER BY 2, 1",
					 value);
	if (SPI_execute(sql.data, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\"", sql.data);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		bool		isnull;
		ScimInvalidRow invalid = {.tenant = table->tenant,
			.id = scim_id_text(table->id_type,
							   SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1,
											 &isnull)),
			.path = path,
			.shared = true,
			.problem = psprintf("UNIQUENESS: another %s has the same %s",
								inspection->type->name, path)};

		CHECK_FOR_INTERRUPTS();
		if (table->tenant_type)
			invalid.tenant = scim_id_text(table->tenant_type,
										  SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &isnull));
		inspection->report(inspection->type, &invalid, inspection->argument);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Of a created table: what has a column for lookups. */
static void
inspect_lookups(const Inspection *inspection)
{
	ListCell   *cell;

	foreach(cell, scim_plan_lookups(inspection->type))
	{
		const ScimPlannedLookup *lookup = lfirst(cell);
		const ScimLookup *current = scim_find_lookup(inspection->table, lookup->path.text);

		if (!lookup->unique || (current && current->unique && current->kind == lookup->kind))
			continue;
		inspect_shared(inspection, lookup->path.text,
					   scim_lookup_expression(lookup,
											  inspection->table->columns[SCIM_COLUMN_DATA]));
	}
}

/* Of a mapped table: what becomes unique, as it is compared. */
static void
inspect_mapped(const Inspection *inspection)
{
	static const char *const functions[] = {
		[SCIM_COMPARE_EXACT] = "",
		[SCIM_COMPARE_LOWER] = "pg_catalog.lower",
		[SCIM_COMPARE_FOLD] = "{ext}.scim_fold",
	};

	for (int i = 0; i < inspection->as_of_type->mapped_count; i++)
	{
		const ScimMappedColumn *column = &inspection->as_of_type->mapped[i];
		bool		is_text = scim_has_compare(column);
		StringInfoData value;

		if (!column->unique || inspection->table->mapped[i].unique ||
			OidIsValid(column->index_relid))
			continue;
		initStringInfo(&value);
		scim_append_statement(&value, functions[is_text ? column->compare : SCIM_COMPARE_EXACT],
							  inspection->table);
		appendStringInfo(&value, is_text ? "(NULLIF(%s::pg_catalog.text, ''))" : "(%s)",
						 column->column);
		inspect_shared(inspection, column->path, value.data);
	}
}

/*
 * What a column holds must be read as before: the versions of all rows would be
 * others, without a write.
 */
static void
check_reading(const ScimRegistration *table, const ScimMappedColumn *before,
			  const ScimMappedColumn *after)
{
	ScimError  *error;

	if (strcmp(before->path, after->path) == 0 &&
		strcmp(before->parsed.text, after->parsed.text) == 0 &&
		scim_column_scim_type(before) == scim_column_scim_type(after) &&
		scim_holds_values(before) == scim_holds_values(after))
		return;
	error = scim_error(SCIM_INVALID_MAPPING);
	scim_error_text(error, "relation", get_rel_name(table->relid));
	scim_error_text(error, "column", get_attname(table->relid, before->number, false));
	scim_error_hint(error, "Unregister the table with scim_unregister_table, change the schema, "
					"and register it again.");
	scim_throw(error,
			   "column %s of table %s holds %s, which would be read in another way: its type, or "
			   "how it is spelled, cannot change while the table is registered",
			   before->column, table->table, before->path);
}

/*
 * The table's registration as it would be of the type: INVALID_MAPPING if its
 * mapping does not fit that.
 */
static const ScimRegistration *
as_of_type(const ScimRegistration *table, const ScimResourceType *type)
{
	const ScimRegistration *read = scim_mapping_with(table->relid, table->trigger, type);
	ScimRegistration *result = palloc(sizeof(ScimRegistration));

	for (int i = 0; i < table->mapped_count; i++)
		check_reading(table, &table->mapped[i], &read->mapped[i]);
	*result = *table;
	result->type = type;
	result->mapped = read->mapped;
	result->mapped_count = read->mapped_count;
	result->plan = NULL;
	return result;
}

void
scim_inspect_rows(const ScimRegistration *table, const ScimResourceType *type,
				  ScimReportInvalid report, void *argument)
{
	Inspection	inspection = {table, table, type, report, argument};

	if (!table->storage->adds_lookups)
		inspection.as_of_type = as_of_type(table, type);
	if (check_enable_rls(table->relid, InvalidOid, true) == RLS_ENABLED)
		scim_throw(scim_error(SCIM_ROWS_HIDDEN),
				   "row level security may hide rows of table %s: its owner sees all of them",
				   table->table);
	inspect_documents(&inspection);
	if (table->storage->adds_lookups)
		inspect_lookups(&inspection);
	else
		inspect_mapped(&inspection);
}
