/*
 * profiles.c
 *		scim_set_tenant_profile: by which profile a tenant's input is understood.
 *
 * Who may write scim_tenant_profiles may use it.  Reading that table is nobody else's, so
 * it is written by fixed statements as its owner (as grants.c has it).
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/function_arguments.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/profile.h"
#include "statement/profile_rows.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_set_tenant_profile);

/* tenant, profile */
static const char set_statement[] =
"INSERT INTO %s.scim_tenant_profiles (tenant_id, profile) VALUES ($1, $2)"
" ON CONFLICT (tenant_id) DO UPDATE SET profile = excluded.profile";

/* tenant */
static const char remove_statement[] =
"DELETE FROM ONLY %s.scim_tenant_profiles WHERE tenant_id" SQL_OP("=") "$1";

static void
check_privilege(Oid table, AclMode mode)
{
	if (pg_class_aclcheck(table, GetUserId(), mode) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, "scim_tenant_profiles");
}

static void
check_privileges(Oid table, bool sets)
{
	check_privilege(table, sets ? ACL_INSERT : ACL_DELETE);
	if (sets)
		check_privilege(table, ACL_UPDATE);
}

static Oid
required_table(void)
{
	Oid			table = scim_tenant_profiles_table();

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that has no profiles", "scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	return table;
}

/* "profile": NULL: the tenant is to have none. */
static void
write_row(Oid table, const char *tenant, const char *profile)
{
	Oid			types[] = {TEXTOID, TEXTOID};
	Datum		values[2] = {CStringGetTextDatum(tenant)};
	ScimRole	role;
	uint64		count;

	if (profile)
		values[1] = CStringGetTextDatum(profile);
	scim_act_as_owner_of(table, &role);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	count = scim_run_own(profile ? set_statement : remove_statement, profile ? 2 : 1, types,
						 values, NULL, false);
	SPI_finish();
	scim_act_as_before(&role);
	if (profile && count == 0)
		scim_throw_not_kept("scim_tenant_profiles");
}

/*
 * scim_set_tenant_profile(tenant text, profile text) -> void: NULL takes what was set, if
 * anything was.  INVALID_ARGUMENT: no name of a tenant, no such profile.
 */
Datum
scim_set_tenant_profile(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	char	   *tenant = scim_required_text(&arguments, "tenant");
	char	   *profile = scim_optional_text(&arguments, "profile");
	Oid			table = required_table();

	if (tenant[0] == '\0')
		scim_throw_path(SCIM_BAD_PARAMETER, "tenant", "the name of a tenant must not be empty");
	check_privileges(table, profile != NULL);
	/* before it is looked for: who deletes one waits for us */
	LockRelationOid(table, RowExclusiveLock);
	if (profile && !scim_is_profile(profile))
		scim_throw_no_profile(profile);
	write_row(table, tenant, profile);
	PG_RETURN_VOID();
}
