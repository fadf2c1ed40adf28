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

bool
scim_goes_by_grants(const ScimRegistration *table)
{
	return check_enable_rls(table->relid, InvalidOid, true) == RLS_ENABLED;
}

static bool
may_read_some(const ScimRegistration *table)
{
	return scim_may_use_schema(get_rel_namespace(table->relid), GetUserId()) &&
		scim_has_privilege(table, ACL_SELECT);
}

bool
scim_works_with(const ScimRegistration *table, const char *tenant)
{
	if (table == NULL || (table->tenant && strcmp(table->tenant, tenant) != 0) ||
		!may_read_some(table))
		return false;
	return !scim_goes_by_grants(table) || scim_is_granted(tenant, strlen(tenant));
}

void
scim_check_works_with(const ScimRegistration *table, const char *tenant)
{
	scim_throw_no_schema(table, GetUserId());
	if (!scim_has_privilege(table, ACL_SELECT))
		scim_throw_lacking(table->relid, GetUserId(), "SELECT");
	if (scim_goes_by_grants(table))
		scim_check_granted(tenant);
}

/*
 * What a table tells of whether the role works in the tenant.  One without row level security
 * shows the rows of all tenants, and so tells nothing of other tables: where another one asks
 * for a grant, that decides.
 */
typedef enum Tells
{
	TELLS_NOTHING,
	ALL_TENANTS,
	NOT_GRANTED,
	WORKS_THERE
} Tells;

static Tells
tells(const ScimRegistration *table, const char *tenant)
{
	if (!may_read_some(table))
		return TELLS_NOTHING;
	if (table->tenant && strcmp(table->tenant, tenant) != 0)
		return TELLS_NOTHING;
	if (!scim_goes_by_grants(table))
		return table->tenant ? WORKS_THERE : ALL_TENANTS;
	return scim_is_granted(tenant, strlen(tenant)) ? WORKS_THERE : NOT_GRANTED;
}

/* All tables are looked at, so that an error of one is the same for all tenants. */
bool
scim_works_in(const char *tenant)
{
	bool		told[WORKS_THERE + 1] = {false};

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);

		if (table)
			told[tells(table, tenant)] = true;
	}
	return told[WORKS_THERE] || (told[ALL_TENANTS] && !told[NOT_GRANTED]);
}
