/*
 * create.h
 *		Creating a resource.
 */
#ifndef SCIM_OPERATION_CREATE_H
#define SCIM_OPERATION_CREATE_H

#include "operation/write_options.h"

/*
 * Creates a resource; the options name no id and no version.  Errors: those of
 * scim_read_resource, UNIQUENESS, INVALID_VALUE (no such member).
 */
extern void scim_store_create(const ScimWriteOptions *options, Jsonb *data,
							  ScimWriteResult *result);

#endif							/* SCIM_OPERATION_CREATE_H */
