/*
 * search_rows.h
 *		The rows of a root search: of all types in one order.
 */
#ifndef SCIM_OPERATION_SEARCH_ROWS_H
#define SCIM_OPERATION_SEARCH_ROWS_H

#include "operation/page.h"
#include "operation/paging.h"
#include "resource/target.h"

/* The phases of a search (see query/order.h), each over all types. */
typedef enum ScimSearchPhase
{
	SCIM_BY_VALUE,				/* rows with a value: merged by it, then by type and id */
	SCIM_BY_TYPE				/* rows without one, or all: by type, then by id */
} ScimSearchPhase;

/* What is searched of one type. */
typedef struct ScimSearchPart
{
	ScimSelection selection;
	const ScimListPoint *point; /* in the phase that is under way; NULL: at its start */
	ScimListPoint at;			/* that is there, where it was read from a cursor */
} ScimSearchPart;

typedef struct ScimSearch
{
	ScimListing listing;		/* first */
	ScimTargets targets;
	ScimSearchPart *parts;		/* by the names of their types; descending: the other way */
	int			part_count;
	bool		descending;
	ScimSearchPhase phases[2];	/* in their order */
	int			phase_count;

	/* where it is */
	int			phase;			/* index of "phases" */
	int			part;			/* SCIM_BY_TYPE: that is under way */
	int			room;			/* of listing.rows */
	int		   *row_parts;		/* of each row: its part */
	int		   *row_phases;		/* and its phase */
} ScimSearch;

extern const ScimListSource scim_search_source;

#endif							/* SCIM_OPERATION_SEARCH_ROWS_H */
