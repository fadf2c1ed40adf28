/*
 * policy.h
 *		What row level security leaves a caller of a table.
 */
#ifndef SCIM_STATEMENT_POLICY_H
#define SCIM_STATEMENT_POLICY_H

#include "registry/registration.h"
#include "utils/relcache.h"

/*
 * The function of the table's only policy, USING (scim_may_use(tenant)) for all
 * commands and everybody; InvalidOid: it has another, more than that, or none.
 */
extern Oid	scim_find_own_policy(Relation relation, AttrNumber tenant);

/* Might an extension hide rows by policies that it makes up? */
extern bool scim_has_policy_hooks(void);

/*
 * Policies apply to the caller: do they let it see all rows of the tenant, as
 * scimver's own is the only one, and the tenant was granted?  False also where an
 * extension checks what statements may do or adds policies to them, or where a
 * statement of the caller's would be refused: it is to be run then.  The table stays
 * locked, as by one that locks rows.
 */
extern bool scim_sees_tenant(const ScimRegistration *registration, const char *tenant);

#endif							/* SCIM_STATEMENT_POLICY_H */
