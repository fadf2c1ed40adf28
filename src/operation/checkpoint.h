/*
 * checkpoint.h
 *		Versions that were seen together, and what became of them.
 */
#ifndef SCIM_OPERATION_CHECKPOINT_H
#define SCIM_OPERATION_CHECKPOINT_H

#include "postgres.h"

#include "operation/patch.h"
#include "utils/jsonb.h"

/* Resources of a checkpoint, at most; TOO_LARGE. */
#define SCIM_CHECKPOINT_RESOURCES 1000

/*
 * {"resources": [{"resource_type", "id", "version"}], "cursor"}, all under one snapshot, in
 * the order of the ids; version null: there is none.
 */
extern Jsonb *scim_store_get_versions(const char *type, const char *tenant,
									  const ScimGivenIds *ids);

/*
 * {"unchanged": n, "changed": [...], "gone": [...], "appeared": [...]} of an array as the
 * one above, of any types; under the snapshot of the caller's statement.
 */
extern Jsonb *scim_store_check_versions(Jsonb *resources, const char *tenant);

#endif							/* SCIM_OPERATION_CHECKPOINT_H */
