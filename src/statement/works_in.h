/*
 * works_in.h
 *		Who works in a tenant: whoever may read some of its resources.
 *
 * He may know what is decided there, such as policies, and that there are proposals.  What
 * these are about is for whoever may read the history (history/rights.h).  Errors do not
 * depend on the tenant.
 */
#ifndef SCIM_STATEMENT_WORKS_IN_H
#define SCIM_STATEMENT_WORKS_IN_H

#include "postgres.h"

#include "registry/registration.h"

/* Does row level security, whoever made it, keep the current role to some of the rows? */
extern bool scim_goes_by_grants(const ScimRegistration *table);

/*
 * May the current role read resources of the table in the tenant: a column of it, and, where
 * row level security applies to it, the tenant by a grant?  NULL, of a type that has no
 * table: no.
 */
extern bool scim_works_with(const ScimRegistration *table, const char *tenant);

/* TENANT_FORBIDDEN, PERMISSION_DENIED, if not. */
extern void scim_check_works_with(const ScimRegistration *table, const char *tenant);

/* Those of any table?  But not by one that shows all tenants, where others ask for a grant. */
extern bool scim_works_in(const char *tenant);

#endif							/* SCIM_STATEMENT_WORKS_IN_H */
