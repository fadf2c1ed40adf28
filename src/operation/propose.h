/*
 * propose.h
 *		Changes that are only proposed.
 */
#ifndef SCIM_OPERATION_PROPOSE_H
#define SCIM_OPERATION_PROPOSE_H

#include "operation/write_options.h"

/*
 * Proposes a change of the options' resource, whatever policy there is: "operations" of a
 * patch, {"delete": true} or, without id, {"create": {...}} (and, as a counter to another,
 * {"update": {...}}).  result->resource is {"proposal_id", "status", "version", "changes",
 * "reviewers", "quorum", "expires_at"}.  INVALID_VALUE of what changes nothing, sets a
 * password or what is never returned, or counters the 20th; otherwise errors as of the write.
 */
extern void scim_store_propose(const ScimWriteOptions *options, Jsonb *operations,
							   ScimWriteResult *result);

#endif							/* SCIM_OPERATION_PROPOSE_H */
