/*
 * check_rows.c
 *		The resources that are stored, checked against a resource type as it is
 *		to be.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "core/resource.h"
#include "errors.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "store/check_rows.h"
#include "store/lookup.h"
#include "store/protect.h"
#include "store/rows.h"
#include "store/statements.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/rls.h"

/* So many rows are read at a time. */
#define BATCH 500

/* A check of a table under way. */
typedef struct Check
{
	const ScimRegistration *table;
	const ScimResourceType *type;
	ScimReportInvalid report;
	void	   *argument;
} Check;

/* A row as it was read; "data" is its content. */
typedef struct StoredRow
{
	const char *tenant;
	const char *id;
	Jsonb	   *data;
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

/* Checks from the next row on: the error of the first that is wrong, or NULL.  A subtransaction for each error. */
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
	Jsonb	   *detail = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(error->detail)));
	JsonbValue	path;

	if (!scim_find(&detail->root, "path", &path) || path.type != jbvString)
		return NULL;
	return scim_string_copy(&path);
}

/* Does the table's own type find the same fault? */
static bool
is_wrong_already(const Check *check, const StoredRow *row, const ErrorData *error)
{
	Progress	alone = {check->table->type, row, 1, 0};
	ErrorData  *before = find_error(&alone);

	return before && strcmp(before->message, error->message) == 0;
}

static void
check_batch(const Check *check, const StoredRow *rows, int count)
{
	Progress	progress = {check->type, rows, count, 0};

	for (; progress.next < count; progress.next++)
	{
		ErrorData  *error = find_error(&progress);
		const StoredRow *row = &rows[progress.next];

		if (error == NULL)
			break;
		if (!is_wrong_already(check, row, error))
		{
			ScimInvalidRow invalid = {
				.tenant = row->tenant, .id = row->id, .path = path_of(error), .problem = error->message
			};

			check->report(check->type, &invalid, check->argument);
		}
	}
}

/* ---- all of them ---- */

/* Columns {bare} and, if there is one, the tenant's. */
static StoredRow
read_row(const ScimRegistration *table, HeapTuple tuple, TupleDesc descriptor)
{
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));
	StoredRow	row;
	ScimRow		content;

	heap_deform_tuple(tuple, descriptor, values, nulls);
	scim_take_row(table, values, nulls, &content);
	row.tenant = table->tenant ? table->tenant : scim_id_text(table->tenant_type, values[descriptor->natts - 1]);
	row.id = content.id;
	row.data = content.data;
	return row;
}

static void
check_all_documents(const Check *check)
{
	StringInfoData sql;
	Portal		portal;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver check of rows",
												  ALLOCSET_DEFAULT_SIZES);

	initStringInfo(&sql);
	scim_append_statement(&sql, "SELECT {bare}{?tenant:, r.{tenant}} FROM {table} AS r", check->table);
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
			rows[i] = read_row(check->table, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		check_batch(check, rows, count);
		MemoryContextSwitchTo(old);
		SPI_freetuptable(SPI_tuptable);
		MemoryContextReset(scratch);
	}
	SPI_cursor_close(portal);
	MemoryContextDelete(scratch);
}

/* ---- values that are to be unique ---- */

static void
check_unique(const Check *check, const ScimPlannedLookup *lookup)
{
	const ScimLookup *current = scim_find_lookup(check->table, lookup->path.text);
	char	   *const *columns = check->table->columns;
	char	   *value = scim_lookup_expression(lookup, columns[SCIM_COLUMN_DATA]);
	char	   *sql;

	if (current && current->unique && current->kind == lookup->kind)
		return;
	sql = psprintf("SELECT tenant, id FROM (SELECT %1$s AS tenant, %2$s AS id,"
				   " pg_catalog.count(*) OVER (PARTITION BY %1$s, (%3$s)) AS n FROM %4$s WHERE (%3$s) IS NOT NULL) AS v"
				   " WHERE n OPERATOR(pg_catalog.>) 1 ORDER BY 1, 2",
				   columns[SCIM_COLUMN_TENANT], columns[SCIM_COLUMN_ID], value, check->table->table);
	if (SPI_execute(sql, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\"", sql);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		bool		isnull;
		ScimInvalidRow invalid = {
			.tenant = scim_id_text(check->table->tenant_type, SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &isnull)),
			.id = scim_id_text(check->table->id_type, SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &isnull)),
			.path = lookup->path.text,
			.shared = true,
			.problem = psprintf("UNIQUENESS: another %s has the same %s", check->type->name, lookup->path.text)
		};

		CHECK_FOR_INTERRUPTS();
		check->report(check->type, &invalid, check->argument);
	}
	SPI_freetuptable(SPI_tuptable);
}

void
scim_check_rows(const ScimRegistration *table, const ScimResourceType *type,
				ScimReportInvalid report, void *argument)
{
	Check		check = {table, type, report, argument};
	ListCell   *cell;

	if (check_enable_rls(table->relid, InvalidOid, true) == RLS_ENABLED)
		scim_throw(scim_error(SCIM_PERMISSION_DENIED),
				   "row level security may hide rows of table %s: its owner sees all of them", table->table);
	check_all_documents(&check);
	if (table->is_mapped)
		return;
	foreach(cell, scim_plan_lookups(type))
	{
		const ScimPlannedLookup *lookup = lfirst(cell);

		if (lookup->unique)
			check_unique(&check, lookup);
	}
}
