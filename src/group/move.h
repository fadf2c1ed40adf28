/*
 * move.h
 *		Groups follow their members: when memberships come and go, the group's
 *		row is locked and written, and count and digest with it.
 */
#ifndef SCIM_GROUP_MOVE_H
#define SCIM_GROUP_MOVE_H

#include "base/digest.h"
#include "history/moves.h"
#include "registry/registration.h"

/*
 * Members came to a group, or went: so many, with that sum of hashes; "moves":
 * who they are, or NULL; "follows": they went as they were deleted.  A tenant that the
 * memberships do not tell is NULL.
 * PERMISSION_DENIED if a trigger of the group table does not let its row be
 * written.  Within SPI, as the owner of the group table.
 */
extern void scim_move_group(const ScimRegistration *groups, const char *tenant, const char *id,
							int64 count, const uint8 *digest, const ScimMemberMoves *moves,
							bool follows);

/*
 * All groups lose all members, which are there, or stand in columns: those that
 * had some are moved.
 */
extern void scim_empty_groups(const ScimRegistration *groups);

/*
 * Memberships came or went that nobody has seen: all groups are counted anew, and
 * those that differ are moved.  Where neither a version nor columns tell what
 * they had, all are.
 */
extern void scim_recount_all_groups(const ScimRegistration *groups);

/*
 * Memberships are there that nobody has counted: groups of which something is
 * stored are counted anew.
 */
extern void scim_recount_groups(const ScimRegistration *groups);

/*
 * Waits for whoever is changing or deleting the group, as the INSERT of another
 * row with its id will: until then its memberships are there.  A group that
 * stays cannot be deleted before the end of the transaction.
 */
extern void scim_await_group(const ScimRegistration *groups, const char *tenant, const char *id);

#endif							/* SCIM_GROUP_MOVE_H */
