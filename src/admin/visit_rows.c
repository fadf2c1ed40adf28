/*
 * visit_rows.c
 *		Visiting the rows of a registered table.
 */
#include "postgres.h"

#include "admin/visit_rows.h"
#include "base/errors.h"
#include "base/protect.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "statement/text.h"
#include "utils/memutils.h"

/* So many rows are read at a time. */
#define BATCH 500

typedef struct Progress
{
	ScimInspectedRow *rows;
	int			count;
	int			next;
} Progress;

static void
compute_rows(void *argument)
{
	Progress   *progress = argument;

	for (; progress->next < progress->count; progress->next++)
	{
		CHECK_FOR_INTERRUPTS();
		scim_inspect_row(&progress->rows[progress->next]);
	}
}

/* A row that cannot be computed says why.  A subtransaction for each of them. */
static void
compute_batch(ScimInspectedRow *rows, int count)
{
	Progress	progress = {rows, count, 0};

	for (; progress.next < count; progress.next++)
	{
		ErrorData  *error = scim_protect(compute_rows, &progress);

		if (error == NULL)
			break;
		if (!scim_is_ours(error))
			ReThrowError(error);
		rows[progress.next].error = error->message;
	}
}

static char *
rows_sql(const ScimRegistration *registration, bool locking)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	scim_append_stored_columns(&sql, registration);
	scim_append_statement(&sql,
						  " FROM {table} AS r WHERE {?tenant:r.{tenant} IS NOT NULL AND }r.{id} IS "
						  "NOT NULL",
						  registration);
	if (locking)
		scim_append_lock_order(&sql, registration);
	return sql.data;
}

void
scim_visit_rows(const ScimRegistration *registration, bool locking, ScimVisitRows visit,
				void *argument)
{
	Portal		portal = SPI_cursor_open_with_args(NULL, rows_sql(registration, locking), 0, NULL,
												   NULL, NULL, true, 0);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver visited rows",
												  ALLOCSET_DEFAULT_SIZES);

	for (;;)
	{
		MemoryContext old;
		ScimInspectedRow *rows;
		int			count;

		SPI_cursor_fetch(portal, true, BATCH);
		old = MemoryContextSwitchTo(scratch);
		rows = scim_read_stored_rows(registration, &count);
		if (count > 0)
		{
			scim_count_members(rows, count, false);
			compute_batch(rows, count);
			visit(rows, count, argument);
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
		if (count == 0)
			break;
	}
	SPI_cursor_close(portal);
	MemoryContextDelete(scratch);
}
