/*
 * policy_read.h
 *		Reading the documents of policies.
 */
#ifndef SCIM_DECISION_POLICY_READ_H
#define SCIM_DECISION_POLICY_READ_H

#include "decision/policy.h"

/* How large a document may be, as text without white space. */
#define SCIM_MOST_POLICY_BYTES (64 * 1024)

/*
 * Reads a document (in the current context): an object of the members that policies have, and
 * of what the type's schemas have.  INVALID_VALUE with the path of what is wrong in it;
 * TOO_LARGE.
 * "stored": it was checked when it was set, and what does not fit any more (a role that was
 * dropped, an attribute that is gone) stays as it is written, and is no error.
 */
extern ScimPolicy *scim_read_policy(const char *tenant, const ScimResourceType *type,
									Jsonb *document, bool stored);

#endif							/* SCIM_DECISION_POLICY_READ_H */
