/*
 * tenant.h
 *		Which tenant a call works in, and whether the caller may.
 */
#ifndef SCIM_STATEMENT_TENANT_H
#define SCIM_STATEMENT_TENANT_H

#include "nodes/parsenodes.h"
#include "registry/registration.h"

/*
 * The tenant of a call: as given, else scimver.only_tenant, else
 * scimver.tenant, else "default".  TENANT_FORBIDDEN if it is not the only one
 * that is allowed; INVALID_VALUE for an empty name.
 */
extern char *scim_resolve_tenant(const char *given);

/*
 * The tenant of a call on a table, which may hold but one; TENANT_FORBIDDEN if
 * it cannot hold that tenant.
 */
extern char *scim_tenant_of(const ScimRegistration *registration, const char *given);

/* The same; NULL: it cannot hold that tenant. */
extern char *scim_find_tenant(const ScimRegistration *registration, const char *given);

/*
 * Raises TENANT_FORBIDDEN if row level security holds for the caller on the
 * table and the tenant was not granted.
 */
extern void scim_check_tenant(const ScimRegistration *registration, const char *tenant);

/* The same where it does: if the tenant was not granted. */
extern void scim_check_granted(const char *tenant);

/* Has the caller the privilege on the table, or on a column of it? */
extern bool scim_has_privilege(const ScimRegistration *registration, AclMode mode);

/*
 * Does the caller see every row of the table that is the tenant's: may read the
 * columns of its keys, and no policy hides any?  False also where nobody can tell
 * without a statement of the caller's.
 */
extern bool scim_sees_all(const ScimRegistration *registration, const char *tenant);

/*
 * Raises PERMISSION_DENIED, of a created table PostgreSQL's own 42501, if the
 * caller has not the privilege (SELECT, INSERT, UPDATE or DELETE).
 */
extern void scim_check_privilege(const ScimRegistration *registration, AclMode mode);

#endif							/* SCIM_STATEMENT_TENANT_H */
