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
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "utils/acl.h"

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
take_seen(Look *look, uint64 count)
{
	const ScimIdType *type = look->table->table->id_type;
	bool		isnull;

	look->seen = palloc_extended(Max(count, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < count; i++)
		look->seen[i] = scim_id_text(type, SPI_getbinval(SPI_tuptable->vals[i],
														 SPI_tuptable->tupdesc, 1, &isnull));
	qsort(look->seen, count, sizeof(char *), pg_qsort_strcmp);
	look->seen_count = (int) count;
}

static void
see(void *argument)
{
	Look	   *look = argument;

	take_seen(look, scim_see_rows(look->table->table, look->table->tenant, look->ids, look->count,
								  false));
}

/* tenant, ids: those that policies of row level security let the caller update */
static const ScimStatement lock_as_caller = {
	.sql = "SELECT {id} FROM {table} AS r WHERE {in_tenant} AND {id}" EQ "ANY ($2)"
	" ORDER BY {lock_order} FOR NO KEY UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER}
};

static void
try_to_lock(void *argument)
{
	Look	   *look = argument;
	const ScimRegistration *table = look->table->table;
	Datum		values[2];

	values[0] = scim_tenant_datum(table, look->table->tenant);
	values[1] = scim_id_array(table->id_type, look->ids, look->count);
	take_seen(look, scim_run(&lock_as_caller, table, values, NULL, false));
}

static bool
is_seen(const Look *look, const char *id)
{
	return look->seen_count > 0 &&
		bsearch(&id, look->seen, look->seen_count, sizeof(char *), pg_qsort_strcmp) != NULL;
}

static Datum *
ids_of(const ScimLockedTable *table, const ScimLockedRow *rows, int count)
{
	Datum	   *ids = palloc_extended(Max(count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);

	for (int i = 0; i < count; i++)
		ids[i] = scim_id_datum(table->table, rows[i].id);
	return ids;
}

/*
 * Only locking them as himself tells, which is undone at once; and waited for as for any lock, so
 * it has its place in the order.
 */
void
scim_keep_writable_rows(ScimLockedTable *table)
{
	Look		writable = {
		.table = table,
		.ids = ids_of(table, table->rows, table->count)
	};
	ErrorData  *error;

	for (int i = 0; i < table->count; i++)
	{
		if (table->rows[i].target != SCIM_LOCK_NOT)
			writable.ids[writable.count++] = writable.ids[i];
	}
	/* a delete needs no right to update */
	if (writable.count == 0 || !scim_has_privilege(table->table, ACL_UPDATE) ||
		scim_sees_all(table->table, table->tenant) || !scim_goes_by_grants(table->table))
		return;
	error = scim_rehearse(try_to_lock, &writable);
	if (error && (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TRANSACTION_ROLLBACK ||
				  error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE))
		ReThrowError(error);
	if (error)
		writable.seen_count = 0;
	for (int i = 0; i < table->count; i++)
	{
		ScimLockedRow *row = &table->rows[i];

		if (is_seen(&writable, row->id))
			continue;
		row->target = SCIM_LOCK_NOT;
		row->leaves = false;
	}
}

void
scim_keep_seen_rows(ScimLockedTable *table)
{
	Look		looked = {
		.table = table,
		.ids = ids_of(table, table->rows, table->count),
		.count = table->count
	};
	int			kept = 0;

	/* which of those that are named are groups, says how long the way is */
	if (table->count == 0 ||
		(!table->table->type->has_members && scim_sees_all(table->table, table->tenant)))
		return;
	if (scim_protect(see, &looked) != NULL)
		looked.seen_count = 0;
	for (int i = 0; i < table->count; i++)
	{
		if (is_seen(&looked, table->rows[i].id))
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
