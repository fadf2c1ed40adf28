/*
 * memberships.h
 *		The memberships of a group, as its table holds them, and a change of them.
 */
#ifndef SCIM_GROUP_MEMBERSHIPS_H
#define SCIM_GROUP_MEMBERSHIPS_H

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
	const char *missing;		/* one to be added who is not there, nor in "add"; or NULL */
	Datum	   *remove;			/* ids */
	int			remove_count;
} ScimMembersWrite;

/* What a group has whose members they are. */
extern void scim_sum_set(const ScimMemberSet *set, ScimMemberSum *sum);

/*
 * Which of so many ids are members of the group?  The rows of SPI_tuptable are
 * their ids, and their types if the table tells them; returns how many.  Within
 * SPI.
 */
extern uint64 scim_find_memberships(const ScimRegistration *table, const char *tenant,
									const char *group, Datum *ids, int count);

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

#endif							/* SCIM_GROUP_MEMBERSHIPS_H */
