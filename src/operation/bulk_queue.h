/*
 * bulk_queue.h
 *		The queue of a tenant's bulks that create, or write what is unique: unique values are
 *		locked as they are written, in no order that anybody could keep.
 */
#ifndef SCIM_OPERATION_BULK_QUEUE_H
#define SCIM_OPERATION_BULK_QUEUE_H

#include "operation/write.h"

/* Waits for its turn, and holds the place until the transaction ends.  Before any row is locked. */
extern void scim_queue_bulk(const char *tenant);

/*
 * The same of a single call that writes, before it locks anything: one that takes a unique value
 * and gives up another, or takes several, passes only while no such bulk is under way.
 */
extern void scim_pass_bulks(ScimWrite *write);

/*
 * May an update, or a patch with these operations, of a row of the table write what stands
 * in a unique index?
 */
extern bool scim_may_write_unique(const ScimRegistration *table, ScimOperation operation,
								  Jsonb *operations);

#endif							/* SCIM_OPERATION_BULK_QUEUE_H */
