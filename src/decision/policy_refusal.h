/*
 * policy_refusal.h
 *		What is told to whom a policy keeps from writing.
 */
#ifndef SCIM_DECISION_POLICY_REFUSAL_H
#define SCIM_DECISION_POLICY_REFUSAL_H

#include "base/compat.h"
#include "base/errors.h"
#include "decision/policy_guard.h"

typedef struct ScimPolicyRefusal
{
	ScimErrorCode code;			/* POLICY_DENIED, VERSION_REQUIRED, REVIEW_REQUIRED */
	ScimDenial	denial;
	List	   *reviewed;		/* attributes that must be; NIL: */
	ScimOperation operation;	/* the operation must be */
} ScimPolicyRefusal;

/*
 * The error.  Of all resources at once (the id is NULL, and it is no create), whose tenants
 * may be others', nothing but what is refused is told.
 */
extern SCIM_NORETURN void scim_throw_policy(const ScimPolicy *policy, const ScimGuarded *guarded,
											const ScimPolicyRefusal *refusal);

#endif							/* SCIM_DECISION_POLICY_REFUSAL_H */
