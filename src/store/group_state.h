/*
 * group_state.h
 *		How many members a group has, and the digest of them, where the group's
 *		table has no columns for that: they stand in scim_group_state.
 */
#ifndef SCIM_GROUP_STATE_H
#define SCIM_GROUP_STATE_H

#include "core/digest.h"
#include "store/registration.h"

/*
 * What scim_group_state says of a group; false (nothing is set) if it says
 * nothing.  Both are texts, as everywhere outside of statements; "tenant" is
 * registration->tenant where there is no such column.  Read as the table's
 * owner, with all that this transaction has done.  Within SPI or without.
 */
extern bool scim_read_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
								  int64 *count, uint8 *digest);

/*
 * The same counted from the memberships themselves, with all that this
 * transaction has done, the statement under way included: of a group that is
 * new (its memberships may have come before it), or of which nothing is known
 * yet.  Zero where there is no membership table.  Within SPI or without.
 */
extern void scim_sum_members(const ScimRegistration *groups, const char *tenant, const char *id,
							 int64 *count, uint8 *digest);

#endif							/* SCIM_GROUP_STATE_H */
