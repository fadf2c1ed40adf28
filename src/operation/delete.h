/*
 * delete.h
 *		Deleting a resource.
 */
#ifndef SCIM_OPERATION_DELETE_H
#define SCIM_OPERATION_DELETE_H

#include "operation/write_options.h"

/*
 * Deletes the resource; of it nothing is shown.  Errors: INVALID_VERSION_FORMAT,
 * NOT_FOUND, VERSION_MISMATCH, STILL_REFERENCED.
 */
extern void scim_store_delete(const ScimWriteOptions *options, ScimWriteResult *result);

#endif							/* SCIM_OPERATION_DELETE_H */
