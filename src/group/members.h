/*
 * members.h
 *		Members of a group, on their way from a client's list into the
 *		membership table.
 */
#ifndef SCIM_GROUP_MEMBERS_H
#define SCIM_GROUP_MEMBERS_H

#include "core/patch.h"
#include "resource/row.h"

/* Members that exist, with the types of the resources that they name. */
typedef struct ScimMemberSet
{
	int			count;
	Datum	   *types;			/* text */
	char	  **ids;			/* in order of their text */
} ScimMemberSet;

/* A change of a group's members that is ready to be written. */
typedef struct ScimMembersWrite
{
	const ScimRegistration *members;	/* the membership table */
	bool		replace;		/* the members become exactly "add" */
	ScimMemberSet add;
	const char *missing;		/* a member to be added that is not in the tenant, or NULL */
	Datum	   *remove;			/* ids */
	int			remove_count;
} ScimMembersWrite;

/*
 * Finds the members that are to come to the group (NULL: it is yet to be made),
 * and locks them FOR KEY SHARE in the order of type and id (nesting before those
 * that are groups), before the group itself is locked.  Where one does not exist
 * in the tenant, nor in the group already, "missing" is set, and nothing else is
 * of use.  Within SPI.
 */
extern void scim_prepare_members(ScimMembersWrite *write, const char *tenant, const char *group,
								 const ScimMemberChange *change);

/* INVALID_VALUE: there is no such member. */
extern SCIM_NORETURN void scim_throw_no_member(const char *member);

/* Gives the members that are to come, as the client named them, the types that were found. */
extern void scim_find_types(const ScimMembersWrite *write, ScimMember *members, int count);

/* INVALID_VALUE if the group (NULL: it is yet to be made) would hold itself. */
extern void scim_refuse_self(const ScimMembersWrite *write, const char *group);

/* Who of a change is a member of the group: ids, in order, each once. */
typedef struct ScimMembersPresent
{
	char	  **add;
	int			add_count;
	char	  **remove;
	int			remove_count;
} ScimMembersPresent;

/* Finds them; the group's row is locked. */
extern void scim_find_present(const ScimMembersWrite *write, const char *tenant, const char *group,
							  ScimMembersPresent *present);

/* Are the members of the group, whose row is locked, as wanted already? */
extern bool scim_members_are_there(const ScimMembersWrite *write, const char *tenant,
								   const ScimRow *group);

/*
 * Writes the memberships; the group's row is locked.  False: they are not as
 * wanted, as the table's own triggers, rules or unique indexes skipped some.
 */
extern bool scim_write_members(const ScimMembersWrite *write, const char *tenant,
							   const char *group);

#endif							/* SCIM_GROUP_MEMBERS_H */
