/*
 * joined.h
 *		Memberships name groups and users by columns of their own: whether the
 *		two can still be compared.
 */
#ifndef SCIM_JOINED_H
#define SCIM_JOINED_H

#include "store/registration.h"

/* INVALID_MAPPING if a column of memberships cannot be compared any more with the one that it names; of whatever tables there are. */
extern void scim_check_joined(void);

/* The same as a sentence; NULL: they can be. */
extern char *scim_join_problem(void);

#endif							/* SCIM_JOINED_H */
