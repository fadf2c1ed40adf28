/*
 * checkpoint.h
 *		Versions that were seen together.
 */
#ifndef SCIM_OPERATION_CHECKPOINT_H
#define SCIM_OPERATION_CHECKPOINT_H

#include "postgres.h"

#include "operation/patch.h"
#include "utils/jsonb.h"

/* Resources of a checkpoint, at most. */
#define SCIM_CHECKPOINT_RESOURCES 1000

/* TOO_LARGE, of so many in the parameter "path". */
extern void scim_check_checkpoint_size(const char *path, int count);

/*
 * {"resources": [{"resource_type", "id", "version"}], "cursor"}, all under one new
 * snapshot (in REPEATABLE READ under the transaction's): the resources in the order of the
 * ids, each as often as it is named; version null: there is none.  The cursor is that of
 * scim_changes, for all types of the tenant, behind what the snapshot shows; null where the
 * type has no history, or the caller may not read it, and on a standby.
 *
 * Errors: TOO_LARGE, NOT_REGISTERED, TENANT_FORBIDDEN, those of reads, and those of
 * scim_history_server.
 */
extern Jsonb *scim_store_get_versions(const char *type, const char *tenant,
									  const ScimGivenIds *ids);

#endif							/* SCIM_OPERATION_CHECKPOINT_H */
