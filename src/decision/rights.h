/*
 * rights.h
 *		Who may see what binds him.
 */
#ifndef SCIM_DECISION_RIGHTS_H
#define SCIM_DECISION_RIGHTS_H

#include "registry/registration.h"

/*
 * May the current role see the policy for the tenant of the table's type?  Whoever works with
 * it (statement/works_in.h) may; that for all tenants ("*") everybody.
 */
extern bool scim_sees_policy(const ScimRegistration *table, const char *tenant);

#endif							/* SCIM_DECISION_RIGHTS_H */
