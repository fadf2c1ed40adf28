/*
 * narrowed.c
 *		To what calls are narrowed.
 *
 * While somebody has entered the settings are refused other values (settings.c), but RESET asks
 * nobody: so they do not count then.
 */
#include "postgres.h"

#include "base/entered.h"
#include "base/errors.h"
#include "base/narrowed.h"
#include "base/settings.h"

const char *
scim_only_tenant(void)
{
	const ScimEntered *who = scim_entered();

	return who ? who->tenant : scim_setting_only_tenant;
}

const char *
scim_toolset(void)
{
	const ScimEntered *who = scim_entered();

	return who && who->tools ? who->tools : scim_setting_toolset;
}

bool
scim_only_reads(void)
{
	const ScimEntered *who = scim_entered();

	return who && (who->scopes & SCIM_SCOPE_READ_ONLY);
}

void
scim_require_mcp(void)
{
	const ScimEntered *who = scim_entered();

	if (who && !(who->scopes & SCIM_SCOPE_MCP))
		scim_throw(scim_error(SCIM_NOT_BY_TOKEN), "the token is not for MCP");
}
