/*
 * person.c
 *		Who decides, or proposes.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/entered.h"
#include "base/texts.h"
#include "decision/person.h"
#include "miscadmin.h"

ScimPerson
scim_acting_person(void)
{
	return (ScimPerson)
	{
		.role = GetUserNameFromId(scim_acting_role(), false),
			.login = GetUserNameFromId(GetSessionUserId(), false),
			.principal = scim_principal(),
	};
}

bool
scim_is_same_person(const ScimPerson *a, const ScimPerson *b, const List *shared_logins)
{
	if (a->principal && b->principal)
		return strcmp(a->principal, b->principal) == 0;
	if (strcmp(a->role, b->role) == 0)
		return true;
	return strcmp(a->login, b->login) == 0 && !scim_has_text(shared_logins, a->login);
}
