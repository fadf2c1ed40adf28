/*
 * feed_tenant.c
 *		Whose changes a reader of all types is told.
 */
#include "postgres.h"

#include "history/rights.h"
#include "operation/feed_tenant.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/tenant.h"
#include "utils/inval.h"

/* The error that a type would have that there is; none, if that is not the table's doing. */
static char *
check_table(const ScimRegistration *table, const char *given)
{
	char	   *tenant;

	if (table == NULL)
		scim_throw_not_registered(NULL, NULL);
	tenant = scim_tenant_of(table, given);
	scim_check_history(table, tenant);
	return tenant;
}

char *
scim_feed_tenant(const char *given)
{
	const ScimRegistration *found = NULL;

	AcceptInvalidationMessages();
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);
		char	   *tenant = table ? scim_find_tenant(table, given) : NULL;

		if (tenant && scim_sees_history(table, tenant))
			return tenant;
		if (found == NULL || (tenant && scim_find_tenant(found, given) == NULL))
			found = table;
	}
	return check_table(found, given);
}
