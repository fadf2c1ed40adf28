/*
 * rights.c
 *		Who may see who holds what, what binds him, and what waits for a decision.
 */
#include "postgres.h"

#include "decision/policy_rows.h"
#include "decision/rights.h"
#include "fmgr.h"
#include "history/rights.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/works_in.h"
#include "utils/builtins.h"
#include "utils/inval.h"

PG_FUNCTION_INFO_V1(scim_may_read_lease);
PG_FUNCTION_INFO_V1(scim_may_read_policy);
PG_FUNCTION_INFO_V1(scim_may_read_proposal);

/*
 * What a view asks of each row, and, with an empty type, before it looks at any: errors of a
 * registration that cannot be read are to tell nothing of whose rows are there.
 */
static bool
may_read(FunctionCallInfo fcinfo, bool (*sees) (const ScimRegistration *table, const char *tenant))
{
	const char *tenant = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *type = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const ScimRegistration *table;

	/* a transaction that has locked the table before hears of nothing that was revoked since */
	AcceptInvalidationMessages();
	if (type[0] == '\0')
	{
		scim_read_registrations();
		return false;
	}
	table = scim_find_table(scim_resource_type(type));
	return sees(table, tenant);
}

static bool
sees_lease(const ScimRegistration *table, const char *tenant)
{
	return table && scim_sees_history(table, tenant);
}

/*
 * scim_may_read_lease(tenant_id text, resource_type text) -> boolean: for scim_leases_held.
 * Who may read the resources of the tenant, is shown who holds them (history/rights.h).
 */
Datum
scim_may_read_lease(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(may_read(fcinfo, sees_lease));
}

bool
scim_sees_policy(const ScimRegistration *table, const char *tenant)
{
	return strcmp(tenant, SCIM_ALL_TENANTS) == 0 || scim_works_with(table, tenant);
}

/* scim_may_read_policy(tenant_id text, resource_type text) -> boolean: for scim_policies. */
Datum
scim_may_read_policy(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(may_read(fcinfo, scim_sees_policy));
}

bool
scim_sees_proposals(const char *tenant, const char *type, bool contents)
{
	const ScimRegistration *table = scim_find_table(scim_resource_type(type));

	if (contents)
		return table && scim_sees_history(table, tenant);
	return scim_works_in(tenant) || scim_works_with(table, tenant);
}

/*
 * scim_may_read_proposal(tenant_id text, resource_type text, contents boolean) -> boolean:
 * what the views scim_proposals and scim_reviews ask of each row, and before they look at any.
 */
Datum
scim_may_read_proposal(PG_FUNCTION_ARGS)
{
	const char *tenant = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *type = text_to_cstring(PG_GETARG_TEXT_PP(1));

	AcceptInvalidationMessages();
	if (type[0] == '\0')
	{
		scim_read_registrations();
		PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(scim_sees_proposals(tenant, type, PG_GETARG_BOOL(2)));
}
