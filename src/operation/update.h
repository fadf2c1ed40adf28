/*
 * update.h
 *		Replacing a resource.
 */
#ifndef SCIM_OPERATION_UPDATE_H
#define SCIM_OPERATION_UPDATE_H

#include "operation/write.h"

/*
 * Replaces the resource.  Errors: INVALID_VERSION_FORMAT, NOT_FOUND,
 * VERSION_MISMATCH, those of create.
 */
extern void scim_store_update(const ScimWriteOptions *options, Jsonb *data,
							  ScimWriteResult *result);

/* What it takes of a write that has begun, before it runs: errors of the data. */
extern void scim_prepare_update(ScimWrite *write, Jsonb *data);

/* The replacing within a scim_ call (scim_write_run), of a ScimWrite that was prepared. */
extern void scim_write_replace(void *argument);

#endif							/* SCIM_OPERATION_UPDATE_H */
