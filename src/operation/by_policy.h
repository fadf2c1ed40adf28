/*
 * by_policy.h
 *		Tools run by the profile that the policy of a type in a tenant names.
 */
#ifndef SCIM_OPERATION_BY_POLICY_H
#define SCIM_OPERATION_BY_POLICY_H

#include "core/schema.h"

/*
 * Runs work(argument) with scimver.profile set to what the policy of the type (NULL: none) in the
 * tenant (NULL: the session's) says, if it says anything.  An error sets it back, too, as the
 * subtransaction ends.
 */
extern void scim_run_by_policy(const ScimResourceType *type, const char *tenant,
							   void (*work) (void *argument), void *argument);

#endif							/* SCIM_OPERATION_BY_POLICY_H */
