/*
 * paging.h
 *		A page of a list, whatever it is a list of: by index or by cursor, and as a ListResponse.
 */
#ifndef SCIM_OPERATION_PAGING_H
#define SCIM_OPERATION_PAGING_H

#include "executor/spi.h"
#include "operation/list_query.h"
#include "resource/target.h"

/* A row of the page. */
typedef struct ScimListedRow
{
	const ScimTarget *target;	/* of its type */
	SPITupleTable *rows;		/* its columns are those of scim_read_row, first */
	uint64		index;
} ScimListedRow;

/* A list under way. */
typedef struct ScimListing
{
	const struct ScimListSource *source;
	const ScimListQuery *query;
	const char *cursor_kind;	/* what a cursor of this list is bound to; NULL: by index */

	/* the page */
	ScimListedRow *rows;
	uint64		count;
	bool		has_more;		/* there are rows behind it, as far as was looked */
	int64		total;			/* -1: not asked for */
	bool		at_least;		/* there are more than "total" */
	int64		start;			/* by index */
	char	   *next_cursor;	/* or NULL */
} ScimListing;

/* Where its rows come from. */
typedef struct ScimListSource
{
	bool		has_types;		/* they are of several types */
	/* sets rows and count, and total if the page tells it; has_more stays */
	void		(*read_at) (ScimListing *listing, int64 offset, int64 limit);
	/* the same behind a state (NULL: from the start); false: it is none of this list */
	bool		(*read_after) (ScimListing *listing, Jsonb *state, int64 limit);
	/* how many there are, or "most" + 1 if there are more than that (0: no matter how many) */
	int64		(*count) (ScimListing *listing, int64 most);
	/* what leads behind the page's last row */
	Jsonb	   *(*state) (ScimListing *listing);
} ScimListSource;

/*
 * All that a cursor is bound to, with no doubt where one ends and the next begins; palloc'd.
 * NULL is "".
 */
extern char *scim_cursor_kind(const char *const *parts, int count);

/* Reads the page that the query asks for; errors as of scim_store_list. */
extern void scim_read_listing(ScimListing *listing);

/* The ListResponse (operation/list.h). */
extern JsonbValue *scim_listing_response(const ScimListing *listing);

#endif							/* SCIM_OPERATION_PAGING_H */
