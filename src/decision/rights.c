/*
 * rights.c
 *		Who may see who holds what, and what waits for a decision.
 */
#include "postgres.h"

#include "decision/rights.h"
#include "fmgr.h"
#include "history/rights.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/works_in.h"
#include "utils/builtins.h"
#include "utils/inval.h"

PG_FUNCTION_INFO_V1(scim_may_read_lease);
PG_FUNCTION_INFO_V1(scim_may_read_proposal);

/*
 * scim_may_read_lease(tenant_id text, resource_type text) -> boolean: what the view
 * scim_leases_held asks of each row, and before it looks at any.  Who may read the resources
 * of the tenant, is shown who holds them (history/rights.h).
 */
Datum
scim_may_read_lease(PG_FUNCTION_ARGS)
{
	const char *tenant = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *type = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const ScimRegistration *table;

	/* a transaction that has locked the table before hears of nothing that was revoked since */
	AcceptInvalidationMessages();
	if (type[0] == '\0')
	{
		scim_read_registrations();
		PG_RETURN_BOOL(false);
	}
	table = scim_find_table(scim_resource_type(type));
	PG_RETURN_BOOL(table && scim_sees_history(table, tenant));
}

bool
scim_sees_proposals(const char *tenant, const char *type, bool contents)
{
	const ScimRegistration *table = contents ? scim_find_table(scim_resource_type(type)) : NULL;

	return contents ? table && scim_sees_history(table, tenant) : scim_works_in(tenant);
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
