/*
 * policy.h
 *		The operations on policies.
 */
#ifndef SCIM_OPERATION_POLICY_H
#define SCIM_OPERATION_POLICY_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * Sets the policy of the type in the tenant ("*": all that have none), or removes it (NULL):
 * the document with its _version; of one that was removed, NULL.  What is there already is
 * no change.  INVALID_VALUE (path), TOO_LARGE, VERSION_MISMATCH, TENANT_FORBIDDEN.
 */
extern Jsonb *scim_store_set_policy(const char *tenant, const char *type, Jsonb *policy,
									const char *expected);

/* The same as it was set; NULL: none was.  TENANT_FORBIDDEN, PERMISSION_DENIED. */
extern Jsonb *scim_store_get_policy(const char *tenant, const char *type);

#endif							/* SCIM_OPERATION_POLICY_H */
