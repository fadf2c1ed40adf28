/*
 * by_policy.c
 *		Tools run by the profile that a policy names.
 */
#include "postgres.h"

#include "base/narrowed.h"
#include "decision/policies.h"
#include "operation/by_policy.h"
#include "registry/cache.h"
#include "statement/tenant.h"
#include "utils/guc.h"

/* May anybody name that tenant here?  If not, he is told so where its turn comes. */
static bool
may_name(const char *tenant)
{
	return tenant == NULL || scim_only_tenant()[0] == '\0' ||
		strcmp(tenant, scim_only_tenant()) == 0;
}

/* What the policy says; NULL: nothing. */
static const char *
profile_of(const ScimResourceType *type, const char *given)
{
	const ScimRegistration *table = type && may_name(given) ? scim_find_table(type) : NULL;
	const char *tenant = table ? scim_find_tenant(table, given) : NULL;
	const ScimPolicy *policy = tenant ? scim_find_policy(type, tenant) : NULL;

	return policy ? policy->profile : NULL;
}

void
scim_run_by_policy(const ScimResourceType *type, const char *tenant, void (*work) (void *argument),
				   void *argument)
{
	const char *profile = profile_of(type, tenant);
	int			nesting;

	if (profile == NULL)
	{
		work(argument);
		return;
	}
	nesting = NewGUCNestLevel();
	(void) set_config_option("scimver.profile", profile, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	work(argument);
	AtEOXact_GUC(true, nesting);
}
