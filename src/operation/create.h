/*
 * create.h
 *		Creating a resource.
 */
#ifndef SCIM_OPERATION_CREATE_H
#define SCIM_OPERATION_CREATE_H

#include "operation/write.h"

/*
 * Creates a resource; the options name no version, and no id but one that was drawn for it.
 * Errors: those of scim_read_input, UNIQUENESS, INVALID_VALUE (no such member).
 */
extern void scim_store_create(const ScimWriteOptions *options, Jsonb *data,
							  ScimWriteResult *result);

/* Its steps, of a write that has begun (scim_write_run runs the second). */
extern void scim_prepare_create(ScimWrite *write, Jsonb *data);
extern void scim_write_create(void *argument);

#endif							/* SCIM_OPERATION_CREATE_H */
