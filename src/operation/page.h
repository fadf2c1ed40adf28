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
	bool		has_more;		/* there are rows behind the page, as far as was looked */
} ScimPage;

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

/* Takes the row behind "limit" off the page, if it is there: then there are more. */
extern void scim_cut_page(ScimPage *page, int64 limit);

/* A column of a row of the page: by its number as in scim_read_row. */
extern Datum scim_page_datum(const ScimPage *page, uint64 index, int column, bool *isnull);

/* Reads a row, as scim_read_row does. */
extern void scim_read_page_row(const ScimSelection *selection, const ScimPage *page, uint64 index,
							   ScimRow *row);

/* The place of a row. */
extern void scim_page_point(const ScimSelection *selection, const ScimPage *page, uint64 index,
							ScimListPoint *point);

#endif							/* SCIM_OPERATION_PAGE_H */
