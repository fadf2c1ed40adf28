/*
 * policy.c
 *		Setting policies.
 */
#include "postgres.h"

#include "operation/policy.h"

Jsonb *
scim_store_set_policy(const char *tenant, const char *type, Jsonb *policy, const char *expected)
{
	elog(ERROR, "not written yet");
}

Jsonb *
scim_store_get_policy(const char *tenant, const char *type)
{
	elog(ERROR, "not written yet");
}
