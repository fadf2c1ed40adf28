/*
 * policies.h
 *		The policies that are set: which one applies.
 *
 * A session keeps what it has read, until one changes (scim_policies_trigger), or a
 * schema.  What is found stays where it is until the transaction ends.
 */
#ifndef SCIM_DECISION_POLICIES_H
#define SCIM_DECISION_POLICIES_H

#include "decision/policy.h"

/*
 * The one that applies to resources of the type in the tenant: that of both, else that of
 * the type in all tenants; NULL: none.  What is committed now, whatever the snapshot.
 */
extern const ScimPolicy *scim_find_policy(const ScimResourceType *type, const char *tenant);

/* The same, unless who acts is exempt: then NULL. */
extern const ScimPolicy *scim_binding_policy(const ScimResourceType *type, const char *tenant);

/* When the library is loaded. */
extern void scim_init_policies(void);

#endif							/* SCIM_DECISION_POLICIES_H */
