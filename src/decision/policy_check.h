/*
 * policy_check.h
 *		What a policy says of a write: is it forbidden, must it be reviewed?
 *
 * Operations are bits of ScimOperation, as one write may be several: a restore is also an
 * update of what is there, or a create of what is not.
 */
#ifndef SCIM_DECISION_POLICY_CHECK_H
#define SCIM_DECISION_POLICY_CHECK_H

#include "decision/policy.h"

/* What a write changes of a resource. */
typedef struct ScimPolicyChange
{
	Jsonb	   *before;			/* its document, as it is stored; NULL: it was not there */
	Jsonb	   *after;			/* NULL: it goes; both: the document stays what it is */
	bool		password;		/* it gets another one, or loses it */
	bool		members;		/* of a group come or go */
	const List *secrets;		/* attributes that count as changed in any case, of char * */
	const List *approved;		/* those that need no review any more, of char * */
} ScimPolicyChange;

/*
 * The attributes for which the change must be reviewed, of char *, in the order of their
 * bytes: those of it that are reviewed, or, where the operation is, all; NIL: nothing of it
 * must be.  Only attributes of an update, a patch or a restore are reviewed.
 */
extern List *scim_reviewed(const ScimPolicy *policy, int operations,
						   const ScimPolicyChange *change);

/* One of several: the first, if it is among them. */
extern ScimOperation scim_one_operation(ScimOperation first, int among);

/* Could any change by the operations be one that must be reviewed? */
extern bool scim_may_be_reviewed(const ScimPolicy *policy, int operations);

/* Does it ask of any change what attributes that is of? */
extern bool scim_asks_for_attributes(const ScimPolicy *policy);

/* What is forbidden. */
typedef struct ScimDenial
{
	ScimOperation operation;	/* the one that is, of those that the write is */
	List	   *attributes;		/* of char *; NIL: the operation as such */
	List	   *roles;			/* that may do other things and not this one, of char *; NIL:
								 * everybody is forbidden it */
} ScimDenial;

/* Are the operations as such forbidden to the role?  "operation": what the call is. */
extern bool scim_denies_operation(const ScimPolicy *policy, Oid role, ScimOperation operation,
								  int operations, ScimDenial *denial);

/*
 * Is the change by the operation, which is not, as it changes what the role may not?  A delete
 * is no change.
 */
extern bool scim_denies_change(const ScimPolicy *policy, Oid role, ScimOperation operation,
							   const ScimPolicyChange *change, ScimDenial *denial);

#endif							/* SCIM_DECISION_POLICY_CHECK_H */
