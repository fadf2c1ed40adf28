/*
 * person.h
 *		Who decides, or proposes: a role, and the login behind it; and who has entered by a token.
 *
 * Four eyes are two persons.  A person may have many roles, and a role many persons: who
 * has the role of another, or his login, is taken for him.  Both are kept by name, as
 * dumps keep no numbers.  Of two who have entered by tokens, role and login tell nothing, as
 * the login is the bridge's: these are one person if they are one principal.
 */
#ifndef SCIM_DECISION_PERSON_H
#define SCIM_DECISION_PERSON_H

#include "postgres.h"

#include "nodes/pg_list.h"

typedef struct ScimPerson
{
	const char *role;
	const char *login;			/* session_user */
	const char *principal;		/* NULL: has not entered by a token */
} ScimPerson;

/* Who acts now: palloc'd names. */
extern ScimPerson scim_acting_person(void);

/*
 * The same one?  Of a login that is shared (of char *: a bridge's, which many stand behind),
 * the role alone tells.
 */
extern bool scim_is_same_person(const ScimPerson *a, const ScimPerson *b,
								const List *shared_logins);

#endif							/* SCIM_DECISION_PERSON_H */
