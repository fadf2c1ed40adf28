/*
 * locked_rows.c
 *		Rows of a table that are to be locked together.
 */
#include "postgres.h"

#include "base/protect.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/locked_rows.h"
#include "resource/row.h"
#include "statement/parameters.h"
#include "statement/statement.h"

/* ---- which rows ---- */

ScimLockedRow *
scim_add_locked_row(ScimLockedTable *table, const char *given)
{
	const ScimIdType *type = table->table->id_type;
	ScimLockedRow *row;
	Datum		id;

	if (!scim_parse_id(type, given, &id))
		return NULL;
	if (table->count == table->capacity)
	{
		table->capacity = Max(64, 2 * table->capacity);
		table->rows = table->rows
			? repalloc_huge(table->rows, table->capacity * sizeof(ScimLockedRow))
			: palloc(table->capacity * sizeof(ScimLockedRow));
	}
	row = &table->rows[table->count++];
	*row = (ScimLockedRow)
	{
		.id = scim_id_text(type, id)
	};
	return row;
}

/* Each row once, in the order of locks. */
static int
compare_rows(const void *a, const void *b, void *type)
{
	return scim_compare_ids(type, ((const ScimLockedRow *) a)->id, ((const ScimLockedRow *) b)->id);
}

void
scim_sort_locked_rows(ScimLockedTable *table)
{
	int			kept = 0;

	qsort_arg(table->rows, table->count, sizeof(ScimLockedRow), compare_rows,
			  (void *) table->table->id_type);
	for (int i = 0; i < table->count; i++)
	{
		ScimLockedRow *row = &table->rows[i];
		ScimLockedRow *last = kept > 0 ? &table->rows[kept - 1] : NULL;

		if (last == NULL || strcmp(last->id, row->id) != 0)
		{
			table->rows[kept++] = *row;
			continue;
		}
		last->member = Max(last->member, row->member);
		last->target = Max(last->target, row->target);
		last->leaves |= row->leaves;
	}
	table->count = kept;
}

/* ---- whom the caller sees ---- */

/* A statement of the caller's, which may fail. */
typedef struct Look
{
	const ScimLockedTable *table;
	Datum	   *ids;
	int			count;
	char	  **seen;			/* sorted by their bytes */
	int			seen_count;
} Look;

static void
look(void *argument)
{
	Look	   *look = argument;
	const ScimIdType *type = look->table->table->id_type;
	bool		isnull;

	look->seen_count = (int) scim_see_rows(look->table->table, look->table->tenant, look->ids,
										   look->count, false);
	look->seen = palloc_extended(Max(look->seen_count, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < look->seen_count; i++)
		look->seen[i] = scim_id_text(type, SPI_getbinval(SPI_tuptable->vals[i],
														 SPI_tuptable->tupdesc, 1, &isnull));
	qsort(look->seen, look->seen_count, sizeof(char *), pg_qsort_strcmp);
}

static Datum *
ids_of(const ScimLockedTable *table, const ScimLockedRow *rows, int count)
{
	Datum	   *ids = palloc_extended(Max(count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);

	for (int i = 0; i < count; i++)
		ids[i] = scim_id_datum(table->table, rows[i].id);
	return ids;
}

/* Leaves out what is not there, or hidden from the caller. */
void
scim_keep_seen_rows(ScimLockedTable *table)
{
	Look		looked = {
		.table = table,
		.ids = ids_of(table, table->rows, table->count),
		.count = table->count
	};
	int			kept = 0;

	if (table->count == 0)
		return;
	if (scim_protect(look, &looked) != NULL)
		looked.seen_count = 0;
	for (int i = 0; i < table->count; i++)
	{
		if (looked.seen_count > 0 &&
			bsearch(&table->rows[i].id, looked.seen, looked.seen_count, sizeof(char *),
					pg_qsort_strcmp))
			table->rows[kept++] = table->rows[i];
	}
	table->count = kept;
}

/* ---- locking ---- */

#define LOCK_ROWS(strength) \
	{ \
		.sql = "SELECT {id} FROM {table} AS r WHERE {in_tenant} AND {id}" EQ "ANY ($2)" \
			" ORDER BY {lock_order} FOR " strength, \
		.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER}, \
		.as_owner = true \
	}

/* tenant, ids: in the order of ids */
static const ScimStatement lock_many[] = {
	[SCIM_LOCK_KEY_SHARE] = LOCK_ROWS("KEY SHARE"),
	[SCIM_LOCK_NO_KEY_UPDATE] = LOCK_ROWS("NO KEY UPDATE"),
	[SCIM_LOCK_UPDATE] = LOCK_ROWS("UPDATE")
};

#define LOCK_ROW(strength) \
	{ \
		.sql = "SELECT {id} FROM {table} AS r WHERE {key} FOR " strength, \
		.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER}, \
		.as_owner = true \
	}

/* tenant, id: the same of one */
static const ScimStatement lock_one[] = {
	[SCIM_LOCK_KEY_SHARE] = LOCK_ROW("KEY SHARE"),
	[SCIM_LOCK_NO_KEY_UPDATE] = LOCK_ROW("NO KEY UPDATE"),
	[SCIM_LOCK_UPDATE] = LOCK_ROW("UPDATE")
};

/* Neighbours that are locked alike. */
static void
lock_run(const ScimLockedTable *table, const ScimLockedRow *rows, int count,
		 ScimLockStrength strength)
{
	Datum	   *ids = ids_of(table, rows, count);
	Datum		values[2];

	values[0] = scim_tenant_datum(table->table, table->tenant);
	values[1] = count == 1 ? ids[0] : scim_id_array(table->table->id_type, ids, count);
	(void) scim_run(count == 1 ? &lock_one[strength] : &lock_many[strength], table->table, values,
					NULL, false);
	SPI_freetuptable(SPI_tuptable);
	pfree(ids);
}

/* All rows, in their order, each as strongly as "strength_of" says. */
void
scim_lock_rows(const ScimLockedTable *table,
			   ScimLockStrength (*strength_of) (const ScimLockedRow *row))
{
	int			run;

	for (int i = 0; i < table->count; i += run)
	{
		ScimLockStrength strength = strength_of(&table->rows[i]);

		CHECK_FOR_INTERRUPTS();
		run = 1;
		while (i + run < table->count && strength_of(&table->rows[i + run]) == strength)
			run++;
		if (strength != SCIM_LOCK_NOT)
			lock_run(table, &table->rows[i], run, strength);
	}
}
