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

static int64
count_phase(const ScimSelection *selection, ScimPhase phase)
{
	ScimSql		sql;

	begin_count(&sql, selection, 0);
	scim_append_phase(&sql, selection->target->table, &selection->order, phase, NULL);
	return run_count(&sql, selection, 0);
}

/* ---- reading ---- */

static uint64
read_phase(const ScimSelection *selection, ScimPhase phase, const ScimListPoint *point,
		   int64 offset, int64 limit, ScimPage *page)
{
	const ScimRegistration *table = selection->target->table;
	ScimSql		sql;
	uint64		count;

	scim_copy_arguments(&sql, &selection->where);
	scim_append_template(&sql, "SELECT {bare}, ", table);
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
	count = scim_run_sql(&sql, table);
	page->tables[page->phase_count] = SPI_tuptable;
	page->counts[page->phase_count++] = count;
	page->count += count;
	return count;
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
		rows = count > 0 || offset == 0 ? offset + (int64) count : count_phase(selection, phase);
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
	for (int i = 0; i < selection->order.phase_count && (int64) page->count <= limit; i++)
	{
		ScimPhase	phase = selection->order.phases[i];
		bool		here = point && point->phase == phase;

		/* one row more than the page has tells whether there are more */
		begun |= here;
		if (begun)
			read_phase(selection, phase, here ? point : NULL, 0, limit + 1 - page->count, page);
	}
	scim_cut_page(page, limit);
}

void
scim_cut_page(ScimPage *page, int64 limit)
{
	if ((int64) page->count <= limit)
		return;
	page->has_more = true;
	page->count--;
	page->counts[page->phase_count - 1]--;
}

/* ---- rows ---- */

/* The table that a row is in; *index becomes its number there. */
static SPITupleTable *
find_phase(const ScimPage *page, uint64 *index)
{
	int			phase = 0;

	while (*index >= page->counts[phase])
		*index -= page->counts[phase++];
	return page->tables[phase];
}

Datum
scim_page_datum(const ScimPage *page, uint64 index, int column, bool *isnull)
{
	SPITupleTable *table = find_phase(page, &index);

	return SPI_getbinval(table->vals[index], table->tupdesc, column, isnull);
}

void
scim_read_page_row(const ScimSelection *selection, const ScimPage *page, uint64 index, ScimRow *row)
{
	SPI_tuptable = find_phase(page, &index);
	scim_read_row(selection->target->table, index, row);
}

void
scim_page_point(const ScimSelection *selection, const ScimPage *page, uint64 index,
				ScimListPoint *point)
{
	SPITupleTable *table = find_phase(page, &index);
	Datum		value;
	bool		isnull;

	value = SPI_getbinval(table->vals[index], table->tupdesc, 1, &isnull);
	point->id = scim_row_id(selection->target->table, value, isnull);
	point->phase = SCIM_PHASE_ALL;
	if (selection->order.phase_count == 1)
		return;
	point->key = SPI_getbinval(table->vals[index], table->tupdesc, table->tupdesc->natts, &isnull);
	point->phase = isnull ? SCIM_PHASE_MISSING : SCIM_PHASE_VALUES;
}
