/*
 * create.h
 *		Creating a resource.
 */
#ifndef SCIM_OPERATION_CREATE_H
#define SCIM_OPERATION_CREATE_H

#include "postgres.h"

#include "operation/written.h"
#include "resource/view.h"
#include "utils/jsonb.h"

/*
 * The new resource; "report" is filled in unless it is NULL.  Errors: those of
 * scim_read_resource, UNIQUENESS, INVALID_VALUE (no such member).
 */
extern Jsonb *scim_store_create(const char *type, const char *tenant, Jsonb *data,
								const ScimView *view, ScimWritten *report);

#endif							/* SCIM_OPERATION_CREATE_H */
