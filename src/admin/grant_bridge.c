/*
 * grant_bridge.c
 *		scim_grant_bridge: what the role of a bridge needs, and nothing else.
 */
#include "postgres.h"

#include "base/errors.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "registry/extension.h"
#include "statement/ddl.h"
#include "utils/acl.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_grant_bridge);

/* What it does comes after what is checked here: whoever is not kept by policies needs no token. */
static char *
check_role(Oid role)
{
	char	   *name = GetUserNameFromId(role, true);

	if (name == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "role", "there is no such role");
	if (superuser_arg(role) || has_bypassrls_privilege(role))
		scim_throw_path(SCIM_NO_BRIDGE, "role",
						"role \"%s\" is a superuser, or bypasses row level security", name);
	return pstrdup(quote_identifier(name));
}

/* scim_grant_bridge(role regrole) -> void, with the caller's rights: repeating it is harmless. */
Datum
scim_grant_bridge(PG_FUNCTION_ARGS)
{
	ScimWord	words[] = {
		{"schema", scim_extension_schema("scimver")},
		{"role", check_role(PG_GETARG_OID(0))},
		{NULL}
	};

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	scim_run_ddl("GRANT SELECT ON {schema}.scim_tokens TO {role};"
				 "GRANT EXECUTE ON FUNCTION {schema}.scim_enter(bytea), "
				 "{schema}.scim_enter_role(regrole, text), "
				 "{schema}.scim_left_behind() TO {role}", words);
	SPI_finish();
	PG_RETURN_VOID();
}
