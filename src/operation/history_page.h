/*
 * history_page.h
 *		The changes of a resource, or of what else is in the history, page by page.
 */
#ifndef SCIM_OPERATION_HISTORY_PAGE_H
#define SCIM_OPERATION_HISTORY_PAGE_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Of what, and what it is now, under the active snapshot. */
typedef struct ScimHistoryOf
{
	const char *type;			/* as entries have it */
	const char *tenant;
	const char *id;
	const char *version;		/* NULL: it is not there */
	int64		revision;		/* 0: it has none */
} ScimHistoryOf;

/*
 * {"entries": [...], "complete", "nextCursor"}; NULL: it is not there, and never was.
 * The caller may see the history, and has cut the count.
 */
extern JsonbValue *scim_read_history_page(const ScimHistoryOf *of, int count, const char *cursor);

#endif							/* SCIM_OPERATION_HISTORY_PAGE_H */
