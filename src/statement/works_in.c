/*
 * works_in.c
 *		Who works in a tenant: whoever may read some of its resources.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/denied.h"
#include "statement/granted.h"
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

static bool
goes_by_grants(const ScimRegistration *table)
{
	return check_enable_rls(table->relid, InvalidOid, true) == RLS_ENABLED;
}

bool
scim_works_with(const ScimRegistration *table, const char *tenant)
{
	if (table == NULL || (table->tenant && strcmp(table->tenant, tenant) != 0) ||
		!scim_may_use_schema(get_rel_namespace(table->relid), GetUserId()) ||
		!scim_has_privilege(table, ACL_SELECT))
		return false;
	return !goes_by_grants(table) || scim_is_granted(tenant, strlen(tenant));
}

void
scim_check_works_with(const ScimRegistration *table, const char *tenant)
{
	scim_throw_no_schema(table, GetUserId());
	if (!scim_has_privilege(table, ACL_SELECT))
		scim_throw_lacking(table->relid, GetUserId(), "SELECT");
	if (goes_by_grants(table))
		scim_check_granted(tenant);
}

/* All tables are looked at, so that an error of one is the same for all tenants. */
bool
scim_works_in(const char *tenant)
{
	bool		works = false;

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		works |= scim_works_with(scim_find_table(*type), tenant);
	return works;
}
