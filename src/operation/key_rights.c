/*
 * key_rights.c
 *		Who may see by which keys calls were named: whose they are.
 */
#include "postgres.h"

#include "base/entered.h"
#include "fmgr.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "statement/works_in.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"

PG_FUNCTION_INFO_V1(scim_may_read_key);

/*
 * scim_may_read_key(tenant_id text, principal text) -> boolean: what the view
 * scim_idempotency_keys asks of each row, and, with an empty principal, before it looks at any.
 */
Datum
scim_may_read_key(PG_FUNCTION_ARGS)
{
	const char *tenant = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *principal = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Oid			role;
	bool		is_own;

	AcceptInvalidationMessages();
	if (principal[0] == '\0')
	{
		scim_read_registrations();
		PG_RETURN_BOOL(false);
	}
	role = get_role_oid(principal, true);
	is_own = scim_principal() ? strcmp(principal, scim_principal()) == 0
		: OidIsValid(role) && has_privs_of_role(GetUserId(), role);
	PG_RETURN_BOOL(is_own && scim_works_in(tenant));
}
