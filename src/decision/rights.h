/*
 * rights.h
 *		Who may see what binds him, and what waits for a decision.
 */
#ifndef SCIM_DECISION_RIGHTS_H
#define SCIM_DECISION_RIGHTS_H

#include "registry/registration.h"

/*
 * May the current role see the policy for the tenant of the table's type?  Whoever works with
 * it (statement/works_in.h) may; that for all tenants ("*") everybody.
 */
extern bool scim_sees_policy(const ScimRegistration *table, const char *tenant);

/*
 * May the current role see that there are proposals for the type in the tenant, or (contents)
 * also what they are about?  The first is for whoever works in the tenant, or with the type
 * there (statement/works_in.h), the second for whoever may read the history (history/rights.h).
 */
extern bool scim_sees_proposals(const char *tenant, const char *type, bool contents);

#endif							/* SCIM_DECISION_RIGHTS_H */
