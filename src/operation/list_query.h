/*
 * list_query.h
 *		What is asked for in a list.
 */
#ifndef SCIM_OPERATION_LIST_QUERY_H
#define SCIM_OPERATION_LIST_QUERY_H

#include "postgres.h"

#include "resource/view.h"
#include "utils/jsonb.h"

/* What is NULL is not asked for. */
typedef struct ScimListQuery
{
	const char *filter;			/* RFC 7644 section 3.4.2.2 */
	const char *sort_by;		/* a path; else the order is that of ids */
	const char *sort_order;		/* "ascending" or "descending" */
	int			start_index;	/* 1-based; below 1 counts as 1 (RFC 7644 section 3.4.2.4) */
	int			count;			/* resources in a page; by index below 0 counts as 0 */
	const char *cursor;			/* "" for the first page, then nextCursor (RFC 9865); NULL: by
								 * start_index */
	bool		include_total;	/* by cursor: count them all the same */
	int			most_counted;	/* how far is counted; 0: to the end */
	bool		fresh;			/* see what was written before; else under the caller's snapshot */
	const ScimView *view;		/* known_version: that of the page */
	const char *attribute;		/* in place of a filter: equality with "value" */
	const JsonbValue *value;
	bool	   *at_least;		/* set to whether there are more than totalResults; or NULL */
} ScimListQuery;

#endif							/* SCIM_OPERATION_LIST_QUERY_H */
