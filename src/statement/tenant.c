/*
 * tenant.c
 *		Which tenant a call works in, and whether the caller may.
 *
 * The policies of row level security keep tenants apart; what is checked here
 * only turns "no rows" into an error that says why.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/narrowed.h"
#include "base/settings.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "statement/denied.h"
#include "statement/granted.h"
#include "statement/parameters.h"
#include "statement/policy.h"
#include "statement/tenant.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

PG_FUNCTION_INFO_V1(scim_tenant);

static SCIM_NORETURN void forbid(ScimErrorCode situation, const char *tenant, const char *why);

static void
forbid(ScimErrorCode situation, const char *tenant, const char *why)
{
	ScimError  *error = scim_error(situation);

	scim_error_text(error, "tenant_id", tenant);
	scim_throw(error, "tenant \"%s\" %-s", tenant, why);
}

static bool
is_set(const char *setting)
{
	return setting && setting[0] != '\0';
}

char *
scim_resolve_tenant(const char *given)
{
	const char *only = scim_only_tenant();

	if (given && given[0] == '\0')
		scim_throw_path(SCIM_BAD_PARAMETER, "tenant_id", "tenant_id must not be empty");
	if (is_set(only))
	{
		if (given && strcmp(given, only) != 0)
			forbid(SCIM_OTHER_TENANT, given, "is not the one that this connection is for");
		return pstrdup(only);
	}
	if (given)
		return pstrdup(given);
	return pstrdup(is_set(scim_setting_tenant) ? scim_setting_tenant : "default");
}

/* scim_tenant() -> text: the tenant of calls, and of rows, that name none. */
Datum
scim_tenant(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(scim_resolve_tenant(NULL)));
}

char *
scim_find_tenant(const ScimRegistration *registration, const char *given)
{
	bool		named = given || is_set(scim_only_tenant()) || is_set(scim_setting_tenant);
	char	   *tenant = scim_resolve_tenant(given);

	if (registration->tenant == NULL)
		return registration->tenant_type ? registration->tenant_type->spell(tenant) : tenant;
	return named && strcmp(tenant, registration->tenant) != 0 ? NULL : registration->tenant;
}

char *
scim_tenant_of(const ScimRegistration *registration, const char *given)
{
	char	   *tenant = scim_find_tenant(registration, given);

	if (tenant == NULL)
		scim_throw_other_tenant(registration, scim_resolve_tenant(given));
	return tenant;
}

bool
scim_has_privilege(const ScimRegistration *registration, AclMode mode)
{
	return pg_class_aclcheck(registration->relid, GetUserId(), mode) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(registration->relid, GetUserId(), mode, ACLMASK_ANY) ==
		ACLCHECK_OK;
}

static bool
may_read_keys(const ScimRegistration *registration)
{
	static const ScimColumn columns[] = {SCIM_COLUMN_TENANT, SCIM_COLUMN_ID, SCIM_COLUMN_DELETED};

	if (pg_class_aclcheck(registration->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		return true;
	for (size_t i = 0; i < lengthof(columns); i++)
	{
		if (registration->columns[columns[i]] &&
			pg_attribute_aclcheck(registration->relid, registration->numbers[columns[i]],
								  GetUserId(), ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return true;
}

bool
scim_sees_all(const ScimRegistration *registration, const char *tenant)
{
	return may_read_keys(registration) &&
		(check_enable_rls(registration->relid, InvalidOid, true) != RLS_ENABLED ||
		 scim_sees_tenant(registration, tenant));
}

void
scim_check_privilege(const ScimRegistration *registration, AclMode mode)
{
	if (scim_has_privilege(registration, mode))
		return;
	if (registration->storage->explains_denial)
		scim_throw_lacking(registration->relid, GetUserId(),
						   mode == ACL_DELETE ? "DELETE"
						   : mode == ACL_UPDATE ? "UPDATE"
						   : mode == ACL_SELECT ? "SELECT"
						   : "INSERT");
	aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(registration->relid));
}

void
scim_check_tenant(const ScimRegistration *registration, const char *tenant)
{
	if (registration->has_policy &&
		check_enable_rls(registration->relid, InvalidOid, true) == RLS_ENABLED)
		scim_check_granted(tenant);
}

void
scim_check_granted(const char *tenant)
{
	AcceptInvalidationMessages();
	if (!scim_is_granted(tenant, strlen(tenant)))
		forbid(SCIM_TENANT_FORBIDDEN, tenant, "was not granted to you");
}
