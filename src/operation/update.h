/*
 * update.h
 *		Replacing a resource.
 */
#ifndef SCIM_OPERATION_UPDATE_H
#define SCIM_OPERATION_UPDATE_H

#include "postgres.h"

#include "operation/written.h"
#include "resource/view.h"
#include "utils/jsonb.h"

/*
 * Replaces the resource; "expected" NULL or "*": whatever version it has.
 * Errors: INVALID_VERSION_FORMAT, NOT_FOUND, VERSION_MISMATCH, those of create.
 */
extern Jsonb *scim_store_update(const char *type, const char *tenant, const char *id,
								Jsonb *data, const char *expected, const ScimView *view,
								ScimWritten *report);

#endif							/* SCIM_OPERATION_UPDATE_H */
