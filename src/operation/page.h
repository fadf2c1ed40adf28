/*
 * page.h
 *		The rows of one page of a list.
 */
#ifndef SCIM_OPERATION_PAGE_H
#define SCIM_OPERATION_PAGE_H

#include "executor/spi.h"
#include "query/order.h"
#include "resource/target.h"

/* What a list is about: which rows, in which order. */
typedef struct ScimSelection
{
	const ScimTarget *target;
	ScimSql		where;			/* the condition on r, with the tenant's in front */
	ScimOrder	order;
} ScimSelection;

/* Rows as they came: one table of each phase in which a page is read. */
typedef struct ScimPage
{
	SPITupleTable *tables[2];
	uint64		counts[2];
	int			phase_count;
	uint64		count;			/* of all phases */
	int64		total;			/* how many rows the selection has; -1: the page does not tell */
} ScimPage;

/* All rows of the tenant, to which conditions can be added; the order is not set. */
extern void scim_begin_selection(ScimSelection *selection, const ScimTarget *target);

/*
 * How many rows the selection has, or "most" + 1 if there are more than that
 * (0: no matter how many).
 */
extern int64 scim_count_selection(const ScimSelection *selection, int64 most);

/* The rows from an offset; and those behind a place (NULL: from the start). */
extern void scim_read_page_at(const ScimSelection *selection, int64 offset, int64 limit,
							  ScimPage *page);
extern void scim_read_page_after(const ScimSelection *selection, const ScimListPoint *point,
								 int64 limit, ScimPage *page);

/* The table that a row of the page is in; *index becomes its number there. */
extern SPITupleTable *scim_page_rows(const ScimPage *page, uint64 *index);

/* ---- phase by phase ---- */

/*
 * Rows of one phase, from an offset behind a place (NULL: its start): their columns are those of
 * scim_read_row and, behind them, what they are ordered by.  With "keys" there is the id alone in
 * place of the former.
 */
extern SPITupleTable *scim_read_phase(const ScimSelection *selection, ScimPhase phase,
									  const ScimListPoint *point, int64 offset, int64 limit,
									  bool keys, uint64 *count);

/* How many there are. */
extern int64 scim_count_phase(const ScimSelection *selection, ScimPhase phase);

/* The place of a row of such a table. */
extern void scim_row_point(const ScimSelection *selection, SPITupleTable *rows, uint64 index,
						   ScimListPoint *point);

#endif							/* SCIM_OPERATION_PAGE_H */
