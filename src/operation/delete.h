/*
 * delete.h
 *		Deleting a resource.
 */
#ifndef SCIM_OPERATION_DELETE_H
#define SCIM_OPERATION_DELETE_H

#include "operation/write_options.h"
#include "registry/registration.h"

/*
 * Deletes the resource; of it nothing is shown.  Errors: INVALID_VERSION_FORMAT,
 * NOT_FOUND, VERSION_MISMATCH, STILL_REFERENCED.
 */
extern void scim_store_delete(const ScimWriteOptions *options, ScimWriteResult *result);

/* Does deleting set a mark in a row of the table, and leave the row? */
extern bool scim_delete_marks(const ScimRegistration *table);

/*
 * Held to the end of the transaction by whoever deletes users or groups of the tenant, or
 * locks several groups, and taken before any row is locked; "alone": no other does.
 */
extern void scim_queue_delete(const char *tenant, bool alone);

#endif							/* SCIM_OPERATION_DELETE_H */
