/*
 * member_sum.h
 *		How many members a group has, and the digest of them, summed up from its
 *		memberships.
 *
 * Tenants and ids are texts, as everywhere outside of statements; "tenant" is
 * registration->tenant where there is no such column.  Sums are zero where there
 * is no membership table.  All of these work within SPI and without.
 */
#ifndef SCIM_RESOURCE_MEMBER_SUM_H
#define SCIM_RESOURCE_MEMBER_SUM_H

#include "core/canonical.h"
#include "registry/registration.h"

/*
 * Is it a table of groups without columns for count and digest?  They are
 * summed up whenever they are asked for.
 */
extern bool scim_is_summed(const ScimRegistration *groups);

/* Is it one with these columns? */
static inline bool
scim_keeps_members(const ScimRegistration *groups)
{
	return groups->type->has_members && !scim_is_summed(groups);
}

/* Are they the same members? */
static inline bool
scim_same_members(const ScimMemberSum *a, const ScimMemberSum *b)
{
	return a->count == b->count && memcmp(a->digest, b->digest, SCIM_DIGEST_SIZE) == 0;
}

/*
 * Keeps writers out of a table whose groups' members are summed up, and of its
 * parts (NULL, or another table: nothing happens), while the registration of
 * memberships changes: they would sum up what is not registered any more, or
 * not yet.  42501 for who does not own the table.
 */
extern void scim_lock_summed(const ScimRegistration *groups);

/*
 * With all that is committed now, and all that this transaction has done, the
 * statement under way included.
 */
extern void scim_sum_members(const ScimRegistration *groups, const char *tenant, const char *id,
							 ScimMemberSum *sum);

/*
 * The same without what statements of this transaction did whose membership
 * triggers are still to come, or have come and found nothing kept: to this
 * they add what they count.  The group's row is locked, or new.
 */
extern void scim_sum_members_before(const ScimRegistration *groups, const char *tenant,
									const char *id, ScimMemberSum *sum);

/* Under the active snapshot: for rows that were read under it. */
extern void scim_sum_seen_members(const ScimRegistration *groups, const char *tenant,
								  const char *id, ScimMemberSum *sum);

/* Takes the members of a group, so many at most, under the active snapshot. */
typedef void (*ScimTakeMember) (const char *type, const char *id, void *argument);

extern void scim_visit_members(const ScimRegistration *groups, const char *tenant, const char *id,
							   int64 limit, ScimTakeMember take, void *argument);

/* One that adds them to a ScimMemberSum. */
extern void scim_add_member(const char *type, const char *id, void *sum);

/*
 * Makes a snapshot the active one: of what is committed, and what this transaction
 * did, or did before a command.
 */
extern void scim_push_latest(void);
extern void scim_push_before(CommandId command);

/*
 * 40001 above READ COMMITTED if memberships of the group were committed that
 * the transaction does not see, and that its row does not tell of, as nothing
 * of them is kept there.  The row is locked.
 */
extern void scim_refuse_unseen_members(const ScimRegistration *groups, const char *tenant,
									   const char *id);

/* Memberships of a group came or went that is not there: if it comes, they count. */
extern void scim_note_no_group(const char *tenant, const char *id);

/* What this transaction did so far met no membership triggers. */
extern void scim_note_registered(void);

#endif							/* SCIM_RESOURCE_MEMBER_SUM_H */
