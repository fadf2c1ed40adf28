/*
 * nesting.h
 *		Groups in groups: that there are no cycles, and which groups a user is in
 *		through others.
 */
#ifndef SCIM_GROUP_NESTING_H
#define SCIM_GROUP_NESTING_H

#include "resource/row.h"

/* The members of groups that came with one statement, where they are groups themselves. */
typedef struct ScimNesting ScimNesting;

/*
 * Held to the end of the transaction by whoever puts a group into a group of
 * the tenant: of two that do, the second sees what the first did.  A scim_ call
 * takes it before it locks members that are groups, and the group.
 */
extern void scim_lock_nesting(const ScimRegistration *members, const char *tenant);

/* Nothing yet; lives in the current memory context. */
extern ScimNesting *scim_new_nesting(void);

/* Notes that a membership came, or went: "group" and "member" are groups. */
extern void scim_note_nested(ScimNesting *nesting, const char *tenant, const char *group,
							 const char *member, bool came);

/*
 * INVALID_VALUE if a membership that came (and was not there before) closes a
 * cycle.  Within SPI.
 */
extern void scim_refuse_cycles(ScimNesting *nesting, const ScimRegistration *members);

/*
 * All groups of a user as they are shown, direct and indirect; NULL: none.
 * Within SPI, under the active snapshot.
 */
extern JsonbValue *scim_all_groups(const char *tenant, const char *user);

#endif							/* SCIM_GROUP_NESTING_H */
