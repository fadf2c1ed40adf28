/*
 * bulk_locks.h
 *		All that a bulk will write is locked before anything of it is written, in one order: so
 *		no two bulks, nor a bulk and a single call, wait for one another.
 */
#ifndef SCIM_OPERATION_BULK_LOCKS_H
#define SCIM_OPERATION_BULK_LOCKS_H

#include "core/schema.h"
#include "resource/frame.h"
#include "utils/jsonb.h"

/* One operation: what it is done to. */
typedef struct ScimBulkTarget
{
	const ScimResourceType *type;
	ScimOperation operation;	/* creates, updates, patches, deletes */
	const char *id;				/* as given; NULL: the resource is made by the bulk */
	Jsonb	   *data;			/* of a create, update, patch; references within it are no ids */
} ScimBulkTarget;

/*
 * Locks the targets, the members that their data names, and the groups that hold what will be
 * deleted; what is not there, or not the caller's to see or to write, is left out.  The locks
 * end with the (sub)transaction.
 */
extern void scim_lock_bulk(const char *tenant, const ScimBulkTarget *targets, int count);

#endif							/* SCIM_OPERATION_BULK_LOCKS_H */
