/*
 * apply.h
 *		Applying a proposal: the change that was approved is made, and no other.
 *
 * It is made by a write like others, with the rights of whoever gave the last approval.
 */
#ifndef SCIM_OPERATION_APPLY_H
#define SCIM_OPERATION_APPLY_H

#include "operation/application.h"

/*
 * Applies the proposal, whose row is locked, and says in it what became of it: status,
 * decided_at, applied_version, resource_id; or else base, changes, version, conflicts.  It
 * is not written.  Errors: those of the write.
 */
extern ScimApplyOutcome scim_apply_proposal(ScimProposal *proposal, const ScimUuids *leases,
											bool asks_deferred);

#endif							/* SCIM_OPERATION_APPLY_H */
