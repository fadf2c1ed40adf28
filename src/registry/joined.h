/*
 * joined.h
 *		Memberships name groups and users by columns of their own: whether the
 *		two can still be compared.
 */
#ifndef SCIM_REGISTRY_JOINED_H
#define SCIM_REGISTRY_JOINED_H

/*
 * The types of a table were altered (or of one that others inherit from):
 * INVALID_MAPPING if a column of memberships cannot be compared any more with
 * the one that it names.  Other tables are not looked at, nor locked.
 */
extern void scim_check_joined(Oid altered);

/* What cannot be compared, as a sentence; NULL: nothing. */
extern char *scim_join_problem(void);

#endif							/* SCIM_REGISTRY_JOINED_H */
