/*
 * bulk_work.h
 *		A bulk on its way: what each operation is done to, in which order, and what became of it.
 */
#ifndef SCIM_REST_BULK_WORK_H
#define SCIM_REST_BULK_WORK_H

#include "base/errors.h"
#include "core/bulk.h"
#include "core/bulk_order.h"
#include "core/finder.h"
#include "core/rules.h"
#include "core/schema.h"
#include "rest/bulk_options.h"

/* An operation. */
typedef struct ScimBulkTask
{
	const ScimBulkOperation *asked;
	const ScimResourceType *type;	/* NULL: there is a fault */
	const ScimRules *rules;
	const char *id;				/* of a POST the one that was drawn, and then the one that it got;
								 * NULL: not known (yet) */
	int			maker;			/* the POST whose bulkId stands in the path; -1: none */
	bool		waits;			/* it is done later than it stands */
	bool		has_members;	/* it makes a resource with members: by itself */
	bool		has_password;	/* the same, but where others refer to it, and it to them */
	bool		draws_again;	/* others drew the same id, too */
	int			first_edge;		/* of the work's edges, those that begin here */
	int			edge_count;
	const ScimBulkFault *fault; /* what it is refused for before anything is done; NULL: nothing */

	/* what became of it */
	int			status;			/* 0: it was not done yet, or never */
	const char *scim_type;
	const char *detail;
	const char *version;		/* that the resource has now, raw; NULL: none */
	const ScimErrorKind *kind;	/* of the error that was thrown; NULL: none was */
	List	   *conflicting;	/* for the record (history/refused.h) */
} ScimBulkTask;

typedef struct ScimBulkWork
{
	const ScimBulkOptions *options;
	const ScimBulk *bulk;
	ScimBulkTask *tasks;		/* of each operation, in the order of the request */
	ScimFinder	by_bulk_id;		/* the POSTs */
	ScimFinder	by_target;		/* the others */
	ScimFinder	by_name;		/* who waits, by the texts in its data; and DELETEs, by whom */
	ScimFinder	by_id;			/* POSTs whose ids were drawn */
	ScimBulkEdge *edges;
	int			edge_count;
	int			edge_room;
	ScimBulkUnit *units;
	int			unit_count;
	MemoryContext context;		/* of all of it */
	int			handled;		/* operations, which were done, or failed; */
	int			failed;			/* and of these */
	const ScimBulkTask *culprit;	/* that failed first, by itself; NULL: none has */
} ScimBulkWork;

static inline bool
scim_is_done(const ScimBulkTask *task)
{
	return task->status >= 200 && task->status < 300;
}

/* Was it to make a resource, and did not? */
static inline bool
scim_made_nothing(const ScimBulkTask *task)
{
	return task->asked->method == SCIM_BULK_POST && !scim_is_done(task);
}

/* Of the resource that it makes, or is done to; NULL: nobody knows, or it was not made. */
static inline const char *
scim_known_id(const ScimBulkWork *work, const ScimBulkTask *task)
{
	const ScimBulkTask *maker = task->maker < 0 ? task : &work->tasks[task->maker];

	return scim_made_nothing(task) || scim_made_nothing(maker) ? NULL : maker->id;
}

#endif							/* SCIM_REST_BULK_WORK_H */
