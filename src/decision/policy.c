/*
 * policy.c
 *		Reading policies.
 */
#include "postgres.h"

#include "decision/policy.h"

ScimPolicy *
scim_read_policy(const char *tenant, const ScimResourceType *type, Jsonb *document, bool stored)
{
	elog(ERROR, "not written yet");
}

const char *
scim_policy_operation_name(ScimOperation operation)
{
	elog(ERROR, "not written yet");
}

bool
scim_has_role(Oid role, const char *name)
{
	elog(ERROR, "not written yet");
}

bool
scim_has_any_role(Oid role, const List *names)
{
	elog(ERROR, "not written yet");
}
