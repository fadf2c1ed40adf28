/*
 * policy.c
 *		What is asked of a policy that was read: operations, and roles.
 */
#include "postgres.h"

#include "decision/policy.h"
#include "miscadmin.h"
#include "utils/acl.h"

/* ---- operations ---- */

static const struct
{
	ScimOperation operation;
	const char *name;
}			operations[] = {
	{SCIM_CREATES, "create"},
	{SCIM_UPDATES, "update"},
	{SCIM_PATCHES, "patch"},
	{SCIM_DELETES, "delete"},
	{SCIM_RESTORES, "restore"}
};

const char *
scim_policy_operation_name(ScimOperation operation)
{
	for (size_t i = 0; i < lengthof(operations); i++)
	{
		if (operations[i].operation == operation)
			return operations[i].name;
	}
	elog(ERROR, "unknown operation %d", (int) operation);
}

bool
scim_policy_operation_named(const char *name, ScimOperation *operation)
{
	for (size_t i = 0; i < lengthof(operations); i++)
	{
		if (strcmp(operations[i].name, name) == 0)
		{
			*operation = operations[i].operation;
			return true;
		}
	}
	return false;
}

/* ---- roles ---- */

bool
scim_has_role(Oid role, const char *name)
{
	Oid			wanted = get_role_oid(name, true);

	if (!OidIsValid(wanted))
		return false;
	return superuser_arg(role) ? is_member_of_role_nosuper(role, wanted)
		: has_privs_of_role(role, wanted);
}

bool
scim_has_any_role(Oid role, const List *names)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		if (scim_has_role(role, lfirst(cell)))
			return true;
	}
	return false;
}
