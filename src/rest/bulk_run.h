/*
 * bulk_run.h
 *		The operations of a bulk are done.
 */
#ifndef SCIM_REST_BULK_RUN_H
#define SCIM_REST_BULK_RUN_H

#include "rest/bulk_work.h"

/* Locks all that is named, and does one unit after the other. */
extern void scim_do_bulk(ScimBulkWork *work);

/* It failed with that status; the format is that of scim_phrase. */
extern void scim_fail_task(ScimBulkWork *work, ScimBulkTask *task, int status,
						   const char *scim_type, const char *format, ...)
			pg_attribute_printf(5, 6);

#endif							/* SCIM_REST_BULK_RUN_H */
