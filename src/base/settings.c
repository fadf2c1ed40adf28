/*
 * settings.c
 *		The settings (GUCs) of scimver.
 */
#include "postgres.h"

#include "base/auth_schemes.h"
#include "base/compat.h"
#include "base/entered.h"
#include "base/settings.h"
#include "miscadmin.h"
#include "utils/guc.h"

char	   *scim_setting_tenant = NULL;
char	   *scim_setting_only_tenant = NULL;
char	   *scim_setting_agent = NULL;
char	   *scim_setting_authentication_schemes = NULL;
char	   *scim_setting_base_url = NULL;
int			scim_setting_cursor_timeout = 0;
bool		scim_setting_discovery_only = false;
int			scim_setting_filter_mode = SCIM_FILTER_STRICT;
int			scim_setting_history_members = 10000;
char	   *scim_setting_idempotency_key = NULL;
Oid			scim_setting_idempotency_role = InvalidOid;
const ScimUuids *scim_setting_lease_ids = NULL;
int			scim_setting_max_attempts = 10;
int			scim_setting_max_answer = 16 * 1024 * 1024;
int			scim_setting_max_body = 1024 * 1024;
int			scim_setting_max_bulk_bytes = 1024 * 1024;
int			scim_setting_max_bulk_operations = 1000;
int			scim_setting_max_lease = 3600;
int			scim_setting_max_page_size = 1000;
int			scim_setting_max_patch_operations = 1000;
int			scim_setting_max_patch_work = 1000000;
int			scim_setting_max_results = 0;
bool		scim_setting_notify = false;
int			scim_setting_password_cost = 10;
char	   *scim_setting_profile = NULL;
bool		scim_setting_progress = false;
bool		scim_setting_require_version = false;
char	   *scim_setting_toolset = NULL;
char	   *scim_setting_trace = NULL;
int			scim_setting_version_form = SCIM_VERSION_RAW;

static const struct config_enum_entry filter_modes[] = {
	{"strict", SCIM_FILTER_STRICT, false},
	{"lenient", SCIM_FILTER_LENIENT, false},
	{NULL, 0, false}
};

static const struct config_enum_entry version_forms[] = {
	{"raw", SCIM_VERSION_RAW, false},
	{"etag", SCIM_VERSION_ETAG, false},
	{NULL, 0, false}
};

static void
define_text(const char *name, const char *description, char **variable)
{
	DefineCustomStringVariable(name, description, NULL, variable, "",
							   PGC_USERSET, 0, NULL, NULL, NULL);
}

/* ---- leases that are named ---- */

/* The text of the setting; what is read of it is what counts. */
static char *lease_id_text = NULL;

/*
 * The server's message would show the value, also to the log: of many ids one may be
 * misspelled.
 */
static bool
check_lease_id(char **text, void **extra, GucSource source)
{
	ScimUuids	read;

	if (!scim_read_uuids(*text, &read))
	{
		GUC_check_errmsg("invalid value for parameter \"%s\"", "scimver.lease_id");
		GUC_check_errdetail("It is a list of at most %d uuids, with commas between them.",
							SCIM_MOST_UUIDS);
		return false;
	}
	if (read.count == 0)
		return true;
	*extra = scim_guc_malloc(sizeof(ScimUuids));
	if (*extra == NULL)
		return false;
	memcpy(*extra, &read, sizeof(ScimUuids));
	return true;
}

static void
assign_lease_id(const char *text, void *extra)
{
	scim_setting_lease_ids = extra;
}

/* ---- calls that are named ---- */

/* Whose code it was: others' is not to take it for theirs (operation/once.c). */
static bool
check_idempotency_key(char **text, void **extra, GucSource source)
{
	int			context;
	Oid		   *role = scim_guc_malloc(sizeof(Oid));

	if (role == NULL)
		return false;
	GetUserIdAndSecContext(role, &context);
	*extra = role;
	return true;
}

static void
assign_idempotency_key(const char *text, void *extra)
{
	scim_setting_idempotency_role = extra ? *(const Oid *) extra : InvalidOid;
}

/* ---- what a token fixes ---- */

/*
 * Is it what was entered ("fixed"; NULL: anything)?  RESET does not ask: base/narrowed.h does
 * without the settings.
 */
static bool
is_as_entered(const char *text, const char *fixed, const char *name)
{
	if (fixed == NULL || strcmp(text, fixed) == 0)
		return true;
	GUC_check_errcode(ERRCODE_INSUFFICIENT_PRIVILEGE);
	GUC_check_errmsg("parameter \"%s\" stays as it is behind a token", name);
	return false;
}

static bool
check_only_tenant(char **text, void **extra, GucSource source)
{
	return scim_entered() == NULL ||
		is_as_entered(*text, scim_entered()->tenant, "scimver.only_tenant");
}

static bool
check_tenant(char **text, void **extra, GucSource source)
{
	return scim_entered() == NULL ||
		is_as_entered(*text, scim_entered()->tenant, "scimver.tenant");
}

static bool
check_toolset(char **text, void **extra, GucSource source)
{
	return scim_entered() == NULL ||
		is_as_entered(*text, scim_entered()->tools, "scimver.toolset");
}

/* ---- authentication ---- */

/* What is served to clients is right, whoever sets it. */
static bool
check_authentication_schemes(char **text, void **extra, GucSource source)
{
	const char *problem = (*text)[0] ? scim_auth_schemes_problem(*text) : NULL;

	if (problem == NULL)
		return true;
	GUC_check_errdetail("%s", problem);
	return false;
}

/* ---- all of them ---- */

void
scim_define_settings(void)
{
	define_text("scimver.agent",
				"Name of the agent that a bridge works for, for the record.",
				&scim_setting_agent);
	DefineCustomStringVariable("scimver.authentication_schemes",
							   "authenticationSchemes of ServiceProviderConfig: a JSON array of "
							   "objects.",
							   NULL, &scim_setting_authentication_schemes, "", PGC_USERSET, 0,
							   check_authentication_schemes, NULL, NULL);
	define_text("scimver.base_url",
				"URL put in front of meta.location and $ref.",
				&scim_setting_base_url);
	DefineCustomIntVariable("scimver.cursor_timeout",
							"Seconds after which a cursor is refused; 0: never.",
							NULL, &scim_setting_cursor_timeout, 0, 0, PG_INT32_MAX,
							PGC_USERSET, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomBoolVariable("scimver.discovery_only",
							 "Requests in HTTP (scim_http) that come without a token are told what "
							 "there is to discover, and nothing else.",
							 NULL, &scim_setting_discovery_only, false,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable("scimver.filter_mode",
							 "Filters: the grammar of RFC 7644 (strict), or what real clients send "
							 "beyond it as well (lenient).",
							 NULL, &scim_setting_filter_mode, SCIM_FILTER_STRICT, filter_modes,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.history_members",
							"Members that come to a group and go, in one change, of which the "
							"history keeps the ids, at most.",
							"Superusers only: with none, nobody sees any more who was a member; "
							"with very many, each change of a large group is a large row.",
							&scim_setting_history_members, 10000, 0, 1000000, PGC_SUSET, 0,
							NULL, NULL, NULL);
	DefineCustomStringVariable("scimver.idempotency_key",
							   "Names the call of the transaction: repeated with the same key, it "
							   "is not done again.",
							   NULL, &scim_setting_idempotency_key, "", PGC_USERSET, 0,
							   check_idempotency_key, assign_idempotency_key, NULL);
	DefineCustomStringVariable("scimver.lease_id",
							   "Leases that the session's writes name, as their holder.",
							   NULL, &lease_id_text, "", PGC_USERSET,
							   GUC_LIST_INPUT | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							   check_lease_id, assign_lease_id, NULL);
	DefineCustomIntVariable("scimver.max_answer",
							"Bytes that the answer to a request in HTTP (scim_http) that reads may "
							"have.",
							NULL, &scim_setting_max_answer, 16 * 1024 * 1024, 1024,
							1024 * 1024 * 1024, PGC_USERSET, GUC_UNIT_BYTE, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_attempts",
							"Refusals of a stale version in a minute, after which an agent's tools "
							"do not try that resource any more, unless they merge; 0: never.",
							NULL, &scim_setting_max_attempts, 10, 0, PG_INT32_MAX,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_body",
							"Bytes that the body of a request in HTTP (scim_http) may have.",
							NULL, &scim_setting_max_body, 1024 * 1024, 1, 1024 * 1024 * 1024,
							PGC_USERSET, GUC_UNIT_BYTE, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_bulk_bytes",
							"Bytes that the text of a bulk request may have.",
							NULL, &scim_setting_max_bulk_bytes, 1024 * 1024, 1, 1024 * 1024 * 1024,
							PGC_SUSET, GUC_UNIT_BYTE, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_bulk_operations",
							"Operations in a bulk request, at most.",
							NULL, &scim_setting_max_bulk_operations, 1000, 1, 100000,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_lease",
							"Seconds that a lease may last.",
							"Superusers only: nobody else ends a lease before its time.",
							&scim_setting_max_lease, 3600, 1, 604800, PGC_SUSET, GUC_UNIT_S,
							NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_page_size",
							"Resources in a page of a list, at most.",
							NULL, &scim_setting_max_page_size, 1000, 1, 100000,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_patch_operations",
							"Operations in a patch, at most.",
							NULL, &scim_setting_max_patch_operations, 1000, 1, 100000,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_patch_work",
							"Values that the operations of a patch may look at, in all.",
							"A condition of a filter looks at each value, and counts as 100 values "
							"more.",
							&scim_setting_max_patch_work, 1000000, 1000, PG_INT32_MAX, PGC_SUSET, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("scimver.max_results",
							"Results of a list that is read by index or counted, at most; 0: any "
							"number.",
							NULL, &scim_setting_max_results, 0, 0, PG_INT32_MAX, PGC_USERSET, 0,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("scimver.notify",
							 "Changes that the history records send a notification on the channel "
							 "scimver when they are committed.",
							 "Transactions that do so are committed one by one.",
							 &scim_setting_notify, false,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("scimver.only_tenant",
							   "The only tenant that calls may work in; empty: any that is "
							   "granted.",
							   NULL, &scim_setting_only_tenant, "", PGC_USERSET, 0,
							   check_only_tenant, NULL, NULL);
	DefineCustomIntVariable("scimver.password_cost",
							"Cost of crypting a password (blowfish, logarithm of the rounds).",
							"Superusers only: a high one keeps the server busy for hours, a low "
							"one makes crypt strings weak.",
							&scim_setting_password_cost, 10, 4, 31, PGC_SUSET, 0, NULL, NULL, NULL);
	define_text("scimver.profile",
				"Profile by which clients' input is understood; empty: the tenant's, else rfc.",
				&scim_setting_profile);
	DefineCustomBoolVariable("scimver.progress",
							 "Calls that take long tell how far they are, by messages (INFO).",
							 NULL, &scim_setting_progress, false,
							 PGC_USERSET, GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
	DefineCustomBoolVariable("scimver.require_version",
							 "Tools refuse writes that name no expected_version.",
							 NULL, &scim_setting_require_version, false,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("scimver.tenant",
							   "Tenant of calls that name none; empty: default.",
							   NULL, &scim_setting_tenant, "", PGC_USERSET, 0, check_tenant,
							   NULL, NULL);
	DefineCustomStringVariable("scimver.toolset",
							   "Tools that there are for an agent: names of sets (lean, core, "
							   "full) and of tools, with commas between them; empty: all.",
							   NULL, &scim_setting_toolset, "", PGC_USERSET, 0, check_toolset,
							   NULL, NULL);
	define_text("scimver.trace",
				"What the call is a part of: a traceparent (W3C Trace Context), and after a blank "
				"its tracestate.",
				&scim_setting_trace);
	DefineCustomEnumVariable("scimver.version_form",
							 "Versions in the meta of resources: as they are (raw), or as in HTTP "
							 "(etag).",
							 "Parameters take them as they are.",
							 &scim_setting_version_form, SCIM_VERSION_RAW, version_forms,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("scimver");
}
