/*
 * applying.h
 *		Applying a proposal, under the lock of the row: is it what was approved?
 *
 * Between what was proposed and the row as it is a merge stands, as others may have
 * changed that since.  What the merge leaves to be done is compared with what was approved.
 */
#ifndef SCIM_OPERATION_APPLYING_H
#define SCIM_OPERATION_APPLYING_H

#include "operation/application.h"
#include "operation/write.h"

/* Locks the row of a patch; false: the resource is gone, and the write over. */
extern bool scim_apply_lock(ScimWrite *write);

/*
 * The row is locked, and the members that filters mean are known: what is wanted is merged
 * with it.  True: it is what was approved, and to be written; false: the write is over.
 */
extern bool scim_apply_merge(ScimWrite *write);

/*
 * A delete, of the row that is locked.  True: that is the content that was to be deleted;
 * false: the write is over.
 */
extern bool scim_apply_delete(const ScimTarget *target, const ScimRow *row,
							  ScimApplication *application);

#endif							/* SCIM_OPERATION_APPLYING_H */
