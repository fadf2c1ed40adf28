/*
 * code.h
 *		Whose code it is that writes.
 */
#ifndef SCIM_DECISION_CODE_H
#define SCIM_DECISION_CODE_H

#include "registry/registration.h"

/*
 * May what the acting role is exempt from be done here?  Only by its own code, or by that of
 * the table's owner, as the server runs what foreign keys cascade: else whoever gets it to
 * run code of theirs were exempt as well.
 */
extern bool scim_trusts_code(const ScimRegistration *table);

/* Is it the owner of the table who acts? */
extern bool scim_owner_acts(const ScimRegistration *table);

#endif							/* SCIM_DECISION_CODE_H */
