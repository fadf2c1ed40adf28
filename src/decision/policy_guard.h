/*
 * policy_guard.h
 *		What a policy keeps from being written.
 *
 * A call goes by the policy that it was given when it began; whatever else is written, by
 * the one that is there then.  What can be told of a call alone is told before it locks
 * anything (scim_admit_call), and all of it once more under the lock of the row.
 */
#ifndef SCIM_DECISION_POLICY_GUARD_H
#define SCIM_DECISION_POLICY_GUARD_H

#include "decision/guarded.h"

/*
 * The policy that binds who writes to a resource, if anything does (decision/guard.h:
 * scim_leases_bind); NULL: none.
 */
extern const ScimPolicy *scim_policy_on(const ScimRegistration *table, const char *tenant,
										const ScimCall *call);

/* The table of the type, if this one is it, or a part of it; else NULL: it has no resources. */
extern const ScimRegistration *scim_guarded_table(const ScimRegistration *table);

/* What a call is as a whole, of an existing resource or (its row is inserted) a new one. */
extern int	scim_operations_of(const ScimCall *call);

/*
 * Is it forbidden by the policy (NULL: there is none)?  POLICY_DENIED, VERSION_REQUIRED,
 * REVIEW_REQUIRED.
 */
extern void scim_check_policy(const ScimPolicy *policy, const ScimGuarded *guarded);

/*
 * The same of a call that is about to begin, as far as no row is needed.  Who could not do
 * it anyhow is not refused here: it will tell him why, and nothing of policies.
 */
extern void scim_admit_call(const ScimCall *call);

/* The same of all resources of the table, or of a part of it, at once. */
extern void scim_check_policies(const ScimRegistration *table, ScimOperation operation,
								const ScimPolicyChange *change);

/* INVALID_VALUE (path seconds): the policy lets nobody hold a resource for so long. */
extern void scim_check_lease_policy(const ScimRegistration *table, const char *tenant,
									int seconds);

#endif							/* SCIM_DECISION_POLICY_GUARD_H */
