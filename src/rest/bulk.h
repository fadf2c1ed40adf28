/*
 * bulk.h
 *		Bulk requests (RFC 7644 section 3.7): many operations, each all or nothing, in whatever
 *		order they refer to one another.
 */
#ifndef SCIM_REST_BULK_H
#define SCIM_REST_BULK_H

#include "rest/bulk_options.h"
#include "rest/request.h"

/* What became of it, beside its answer. */
typedef struct ScimBulkOutcome
{
	int			done;			/* operations with a status of 2xx */
	int			failed;			/* with another */
	bool		repeated;		/* nothing was done: it was before, under the same key */
} ScimBulkOutcome;

/*
 * Does it: the BulkResponse, palloc'd.  Errors, of the request as a whole: those of
 * scim_read_bulk (core/bulk.h), and TOO_LARGE (scimver.max_bulk_bytes); those of
 * scim_run_once (operation/once.h).
 */
extern JsonbValue *scim_run_bulk(const ScimBulkOptions *options, Jsonb *request,
								 ScimBulkOutcome *outcome);

/* POST /Bulk. */
extern void scim_http_bulk(ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_BULK_H */
