/*
 * by_policy.c
 *		Tools run by the profile that a policy names.
 */
#include "postgres.h"

#include "operation/by_policy.h"

void
scim_run_by_policy(const ScimResourceType *type, const char *tenant, void (*work) (void *argument),
				   void *argument)
{
	work(argument);
}
