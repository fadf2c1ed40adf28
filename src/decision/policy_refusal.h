/*
 * policy_refusal.h
 *		What is told to whom a policy keeps from writing.
 */
#ifndef SCIM_DECISION_POLICY_REFUSAL_H
#define SCIM_DECISION_POLICY_REFUSAL_H

#include "base/compat.h"
#include "base/errors.h"
#include "decision/guarded.h"

typedef struct ScimPolicyRefusal
{
	ScimErrorCode code;			/* POLICY_DENIED, VERSION_REQUIRED, REVIEW_REQUIRED */
	ScimDenial	denial;
	List	   *reviewed;		/* attributes that must be; NIL: */
	ScimOperation operation;	/* the operation must be */
	bool		bare;			/* of all resources at once, or to who may be a stranger: what of
								 * it is refused, and no more */
} ScimPolicyRefusal;

extern SCIM_NORETURN void scim_throw_policy(const ScimPolicy *policy, const ScimGuarded *guarded,
											const ScimPolicyRefusal *refusal);

#endif							/* SCIM_DECISION_POLICY_REFUSAL_H */
