/*
 * enter.c
 *		scim_enter and scim_enter_role: entering by a token, or as a role.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/function_arguments.h"
#include "base/narrowed.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "registry/extension.h"
#include "statement/enter.h"
#include "statement/token_row.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_FUNCTION_INFO_V1(scim_enter);
PG_FUNCTION_INFO_V1(scim_enter_role);

/* Of who enters without a token. */
#define LOOPBACK "loopback"

/* ---- who may ---- */

const char *
scim_no_role_of_tokens(Oid role)
{
	AclMode		rights;

	if (superuser_arg(role))
		return "is a superuser";
	if (has_bypassrls_privilege(role))
		return "bypasses row level security";
	rights = pg_class_aclmask(scim_tokens_table(), role, ACL_SELECT | ACL_INSERT | ACL_UPDATE,
							  ACLMASK_ANY);
	return rights & ACL_SELECT ? "may read scim_tokens, as a bridge does"
		: rights ? "may write scim_tokens" : NULL;
}

static void
refuse(ScimEntry *entry, ScimErrorCode code, const char *problem)
{
	entry->code = code;
	entry->problem = problem;
}

static bool
is_other_tenant(const char *tenant)
{
	const char *only = scim_only_tenant();

	return only[0] != '\0' && strcmp(only, tenant) != 0;
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The same once more changes nothing. */
static bool
has_entered(const ScimEntered *who)
{
	const ScimEntered *before = scim_entered();

	return before && is_same(before->token, who->token) && before->role == who->role &&
		strcmp(before->tenant, who->tenant) == 0;
}

/* Roles, and who has them, may have changed since the token was made. */
static void
check_role(ScimEntry *entry)
{
	Oid			role = entry->who.role;
	const char *why = scim_no_role_of_tokens(role);

	if (scim_entered())
		refuse(entry, SCIM_NOT_BY_TOKEN, "this transaction has been entered by another token");
	else if (role == GetSessionUserId())
		refuse(entry, SCIM_NOT_BY_TOKEN, "the role of the session itself is not to be entered");
	else if (why)
		refuse(entry, SCIM_NOT_BY_TOKEN,
			   psprintf("nobody enters as a role that %s", why));
	else if (!scim_may_become(GetSessionUserId(), role))
		refuse(entry, SCIM_NOT_BY_TOKEN,
			   "the session's user is no member of the role that is to be entered");
	else if (is_other_tenant(entry->who.tenant))
		refuse(entry, SCIM_OTHER_TENANT, "the tenant is not the one that this connection is for");
}

/*
 * Who reads the table, as owners of databases do, knows the digests: that alone must not make
 * him another principal.
 */
static void
check_lookup(void)
{
	static const Oid types[] = {BYTEAOID};

	if (!scim_may_execute(scim_extension_function("scimver", "scim_enter", 1, types), GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, "scim_enter");
	if (pg_class_aclcheck(scim_tokens_table(), GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, "scim_tokens");
}

ScimEntry
scim_entry_of_token(bytea *digest)
{
	ScimTokenRow row;
	ScimEntry	entry = {0};

	/* who has entered looks nothing up any more */
	if (scim_entered() == NULL)
		check_lookup();
	if (!scim_find_token(digest, &row) || !scim_token_is_in_force(&row) ||
		GetUserNameFromId(row.who.role, true) == NULL)
	{
		refuse(&entry, SCIM_TOKEN_INVALID, "the token is unknown, expired or revoked");
		return entry;
	}
	entry.who = row.who;
	if (!has_entered(&entry.who))
		check_role(&entry);
	return entry;
}

/* ---- entering ---- */

/* For the rest of the transaction. */
static void
set(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
							 false);
}

static void
set_all(const ScimEntered *who)
{
	set("scimver.only_tenant", who->tenant);
	set("scimver.tenant", who->tenant);
	if (who->tools)
		set("scimver.toolset", who->tools);
	if (who->profile)
		set("scimver.profile", who->profile);
	if (who->agent)
		set("scimver.agent", who->agent);
	if (who->scopes & SCIM_SCOPE_READ_ONLY)
		set("transaction_read_only", "on");
	set("role", GetUserNameFromId(who->role, false));
}

void
scim_enter_by(const ScimEntry *entry)
{
	if (entry->problem)
		scim_throw(scim_error(entry->code), "%-s", entry->problem);
	if (scim_entered())
		return;
	set_all(&entry->who);
	scim_set_entered(&entry->who);
}

/* ---- the functions ---- */

/*
 * scim_enter(token bytea) -> void.  TOKEN_INVALID, PERMISSION_DENIED; what NULL is the digest of
 * is unknown.
 */
Datum
scim_enter(PG_FUNCTION_ARGS)
{
	bytea	   *digest = PG_ARGISNULL(0) ? palloc0(VARHDRSZ) : PG_GETARG_BYTEA_PP(0);
	ScimEntry	entry;

	if (PG_ARGISNULL(0))
		SET_VARSIZE(digest, VARHDRSZ);
	entry = scim_entry_of_token(digest);
	scim_enter_by(&entry);
	PG_RETURN_VOID();
}

/* scim_enter_role(role regrole, tenant text) -> void. */
Datum
scim_enter_role(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	ScimEntry	entry = {.who = {.principal = LOOPBACK}};

	entry.who.scopes = SCIM_SCOPE_SCIM | SCIM_SCOPE_MCP;
	entry.who.role = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	entry.who.tenant = scim_required_text(&arguments, "tenant");
	if (entry.who.tenant[0] == '\0')
		scim_throw_path(SCIM_BAD_PARAMETER, "tenant", "the name of a tenant must not be empty");
	if (GetUserNameFromId(entry.who.role, true) == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "role", "there is no such role");
	if (!has_entered(&entry.who))
		check_role(&entry);
	scim_enter_by(&entry);
	PG_RETURN_VOID();
}
