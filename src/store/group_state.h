/*
 * group_state.h
 *		How many members a group of a mapped table has, and the digest of them:
 *		in scim_group_state where its table has no columns for that, and counted
 *		from the memberships where nobody has kept it yet.
 *
 * Tenants and ids are texts, as everywhere outside of statements; "tenant" is
 * registration->tenant where there is no such column.  All of these work within
 * SPI and without.
 */
#ifndef SCIM_GROUP_STATE_H
#define SCIM_GROUP_STATE_H

#include "core/digest.h"
#include "store/registration.h"

/* What the triggers that forget groups that go are called when they are made. */
#define SCIM_STATE_TRIGGER		SCIM_ROW_TRIGGER "_state"

/* Does the state of the groups stand in scim_group_state? */
extern bool scim_has_group_state(const ScimRegistration *groups);

/*
 * What scim_group_state says of a group; false (nothing is set) if it says
 * nothing.  Read with all that this transaction has done.
 */
extern bool scim_read_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
								  int64 *count, uint8 *digest);

/*
 * The same counted from the memberships themselves, with all that this
 * transaction has done, the statement under way included.  Zero where there is
 * no membership table.
 */
extern void scim_sum_members(const ScimRegistration *groups, const char *tenant, const char *id,
							 int64 *count, uint8 *digest);

/*
 * The same without what statements of this transaction did whose membership
 * triggers are still to come, or have come and found nothing kept: to this
 * they add what they count.  The group's row is locked, or new.
 */
extern void scim_sum_members_before(const ScimRegistration *groups, const char *tenant, const char *id,
									int64 *count, uint8 *digest);

/* The same under the active snapshot. */
extern bool scim_known_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
								   int64 *count, uint8 *digest);

/* What is known under the active snapshot, or else is counted under it: for rows that were read under it. */
extern void scim_show_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
								  int64 *count, uint8 *digest);

/* ---- writing; the group's row is locked ---- */

extern void scim_store_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
								   int64 count, const uint8 *digest);

/* Adds what came, less what went. */
extern void scim_change_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
									int64 count, const uint8 *digest);

/* Nothing is known any more: of a group, of all groups of a table. */
extern void scim_forget_group_state(const ScimRegistration *groups, const char *tenant, const char *id);
extern void scim_forget_group_states(const ScimRegistration *groups);

/* The same of a table that may not be registered any more. */
extern void scim_forget_states_of(Oid relid);

/* Memberships of a group came or went that is not there: if it comes, they count. */
extern void scim_note_no_group(const char *tenant, const char *id);

/* What this transaction did so far met no membership triggers. */
extern void scim_note_registered(void);

#endif							/* SCIM_GROUP_STATE_H */
