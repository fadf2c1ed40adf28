/*
 * page.c
 *		The rows of one page of a list.
 *
 * A page is read phase by phase (see query/order.h) until it is full.  The columns of
 * a row are those of scim_read_row and, behind them, what it is ordered by.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "operation/page.h"
#include "statement/required.h"

void
scim_begin_selection(ScimSelection *selection, const ScimTarget *target)
{
	selection->target = target;
	scim_init_sql(&selection->where, target->table, target->tenant, false);
	scim_append_template(&selection->where, "{in_tenant:r}", target->table);
}

/* ---- counting ---- */

static int64
run_count(ScimSql *sql, const ScimSelection *selection, int64 most)
{
	bool		isnull;
	int64		count;

	if (most > 0)
		appendStringInfo(&sql->text, " LIMIT " INT64_FORMAT ") AS s", most + 1);
	scim_run_sql(sql, selection->target->table);
	count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return count;
}

static void
begin_count(ScimSql *sql, const ScimSelection *selection, int64 most)
{
	scim_copy_arguments(sql, &selection->where);
	appendStringInfo(&sql->text, "SELECT pg_catalog.count(*) FROM %s%s AS r WHERE %s",
					 most > 0 ? "(SELECT FROM " : "", selection->target->table->table,
					 selection->where.text.data);
}

int64
scim_count_selection(const ScimSelection *selection, int64 most)
{
	ScimSql		sql;

	begin_count(&sql, selection, most);
	return run_count(&sql, selection, most);
}

int64
scim_count_phase(const ScimSelection *selection, ScimPhase phase)
{
	ScimSql		sql;

	begin_count(&sql, selection, 0);
	scim_append_phase(&sql, selection->target->table, &selection->order, phase, NULL);
	return run_count(&sql, selection, 0);
}

/* ---- reading ---- */

SPITupleTable *
scim_read_phase(const ScimSelection *selection, ScimPhase phase, const ScimListPoint *point,
				int64 offset, int64 limit, bool keys, uint64 *count)
{
	const ScimRegistration *table = selection->target->table;
	ScimSql		sql;

	scim_copy_arguments(&sql, &selection->where);
	scim_append_template(&sql, keys ? "SELECT r.{id}, " : "SELECT {bare}, ", table);
	appendStringInfo(&sql.text, "%s FROM %s AS r WHERE %s",
					 phase == SCIM_PHASE_VALUES ? selection->order.key.value
					 : "NULL::pg_catalog.text",
					 table->table, selection->where.text.data);
	scim_append_phase(&sql, table, &selection->order, phase, point);
	scim_append_order(&sql, table, &selection->order, phase);
	if (offset > 0)
	{
		appendStringInfoString(&sql.text, " OFFSET ");
		scim_append_argument(&sql, INT8OID, Int64GetDatum(offset));
	}
	appendStringInfo(&sql.text, " LIMIT " INT64_FORMAT, limit);
	*count = scim_run_sql(&sql, table);
	return SPI_tuptable;
}

/* The same, into a page. */
static uint64
read_phase(const ScimSelection *selection, ScimPhase phase, const ScimListPoint *point,
		   int64 offset, int64 limit, ScimPage *page)
{
	uint64	   *count = &page->counts[page->phase_count];

	page->tables[page->phase_count] = scim_read_phase(selection, phase, point, offset, limit,
													  false, count);
	page->phase_count++;
	page->count += *count;
	return *count;
}

void
scim_read_page_at(const ScimSelection *selection, int64 offset, int64 limit, ScimPage *page)
{
	int64		known = 0;

	memset(page, 0, sizeof(*page));
	page->total = -1;
	for (int i = 0; i < selection->order.phase_count; i++)
	{
		ScimPhase	phase = selection->order.phases[i];
		uint64		wanted = limit - page->count;
		uint64		count = read_phase(selection, phase, NULL, offset, wanted, page);
		int64		rows;

		if (count == wanted)
			return;
		rows = count > 0 || offset == 0 ? offset + (int64) count
			: scim_count_phase(selection, phase);
		offset = Max(offset - rows, 0);
		known += rows;
	}
	page->total = known;
}

void
scim_read_page_after(const ScimSelection *selection, const ScimListPoint *point, int64 limit,
					 ScimPage *page)
{
	bool		begun = point == NULL;

	memset(page, 0, sizeof(*page));
	page->total = -1;
	for (int i = 0; i < selection->order.phase_count && (int64) page->count < limit; i++)
	{
		ScimPhase	phase = selection->order.phases[i];
		bool		here = point && point->phase == phase;

		begun |= here;
		if (begun)
			read_phase(selection, phase, here ? point : NULL, 0, limit - page->count, page);
	}
}

/* ---- rows ---- */

SPITupleTable *
scim_page_rows(const ScimPage *page, uint64 *index)
{
	int			phase = 0;

	while (*index >= page->counts[phase])
		*index -= page->counts[phase++];
	return page->tables[phase];
}

void
scim_row_point(const ScimSelection *selection, SPITupleTable *rows, uint64 index,
			   ScimListPoint *point)
{
	Datum		value;
	bool		isnull;

	value = SPI_getbinval(rows->vals[index], rows->tupdesc, 1, &isnull);
	point->id = scim_row_id(selection->target->table, value, isnull);
	point->phase = SCIM_PHASE_ALL;
	if (selection->order.phase_count == 1)
		return;
	point->key = SPI_getbinval(rows->vals[index], rows->tupdesc, rows->tupdesc->natts, &isnull);
	point->phase = isnull ? SCIM_PHASE_MISSING : SCIM_PHASE_VALUES;
}
