/*
 * leaving.h
 *		Memberships of users and groups that are deleted: they go with them.
 */
#ifndef SCIM_GROUP_LEAVING_H
#define SCIM_GROUP_LEAVING_H

#include "registry/registration.h"

/* What becomes of the memberships of a resource whose row is deleted. */
typedef enum ScimKeyAction
{
	SCIM_KEY_NONE,				/* no foreign key leads to the resource: nothing */
	SCIM_KEY_REFUSES,			/* NO ACTION or RESTRICT: the row stays */
	SCIM_KEY_ACTS				/* CASCADE, SET NULL or SET DEFAULT */
} ScimKeyAction;

/* The membership table whose rows name resources of the table, if both are mapped; or NULL. */
extern const ScimRegistration *scim_memberships_of(const ScimRegistration *table);

/*
 * What the foreign key of such a membership table says; the table is the
 * registered one, no partition of it.
 */
extern ScimKeyAction scim_key_action(const ScimRegistration *table,
									 const ScimRegistration *members);

/*
 * Locks the groups, whose ids are the first column of so many rows of
 * SPI_tuptable, in their order.
 */
extern void scim_lock_holders(const ScimRegistration *members, const char *tenant, uint64 count);

/*
 * Removes the memberships of the resources of the table (scim_memberships_of it
 * is not NULL) with these ids, which are locked or gone: those that hold them
 * are locked first, and move.  "tenant" may be NULL where memberships do not
 * tell it.  With the caller's rights; PERMISSION_DENIED where these do not
 * reach, or where a policy, trigger or rule keeps one.  Sees what others have
 * committed; 40001 where the transaction's snapshot does not.  Within SPI.
 */
extern void scim_remove_memberships(const ScimRegistration *table, const char *tenant, Datum *ids,
									int count);

#endif							/* SCIM_GROUP_LEAVING_H */
