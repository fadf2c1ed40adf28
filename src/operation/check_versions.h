/*
 * check_versions.h
 *		What became of versions that were seen together.
 */
#ifndef SCIM_OPERATION_CHECK_VERSIONS_H
#define SCIM_OPERATION_CHECK_VERSIONS_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * {"unchanged": n, "changed": [...], "gone": [...], "appeared": [...]} of the "resources"
 * of a checkpoint, or of the whole of it; they may be of several types.  Under the caller's
 * snapshot, or (fresh) a new one that sees what was written before.
 *
 * Errors: INVALID_VALUE, with the path of what is wrong ("resources[3].id");
 * INVALID_VERSION_FORMAT, TOO_LARGE, NOT_REGISTERED, TENANT_FORBIDDEN, and those of reads.
 */
extern Jsonb *scim_store_check_versions(Jsonb *resources, const char *tenant, bool fresh);

#endif							/* SCIM_OPERATION_CHECK_VERSIONS_H */
