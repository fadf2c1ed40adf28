/*
 * rights.h
 *		Who may see what binds him.
 */
#ifndef SCIM_DECISION_RIGHTS_H
#define SCIM_DECISION_RIGHTS_H

#include "registry/registration.h"

/*
 * May the current role see the policy of the table's type for the tenant ("*": for all)?
 * Whoever may read resources there may.
 */
extern bool scim_sees_policy(const ScimRegistration *table, const char *tenant);

#endif							/* SCIM_DECISION_RIGHTS_H */
