/*
 * policies.c
 *		The policies that are set.
 */
#include "postgres.h"

#include "decision/policies.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_policies_trigger);
PG_FUNCTION_INFO_V1(scim_may_read_policy);

const ScimPolicy *
scim_find_policy(const ScimResourceType *type, const char *tenant)
{
	return NULL;
}

const ScimPolicy *
scim_binding_policy(const ScimResourceType *type, const char *tenant)
{
	return NULL;
}

Datum
scim_policies_trigger(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not written yet");
}

Datum
scim_may_read_policy(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not written yet");
}
