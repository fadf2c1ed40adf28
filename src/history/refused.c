/*
 * refused.c
 *		Refusals on record.
 *
 * Whoever may call a tool has rows written here, also in a tenant where he may do
 * nothing: so his tenant is found with care, and what he named is kept only where it
 * is what could be meant.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "base/narrowed.h"
#include "base/protect.h"
#include "base/settings.h"
#include "core/resource.h"
#include "history/refused.h"
#include "history/write.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/granted.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

/* Somebody was kept from something, or might have harmed what others did. */
static const ScimErrorCode recorded[] = {
	SCIM_VERSION_MISMATCH,
	SCIM_VERSION_REQUIRED,
	SCIM_UNIQUENESS,
	SCIM_TENANT_FORBIDDEN,
	SCIM_PERMISSION_DENIED,
	SCIM_LEASE_HELD,
	SCIM_LEASE_LOST,
	SCIM_POLICY_DENIED,
	SCIM_REVIEW_REQUIRED,
	SCIM_NOT_A_REVIEWER,
	SCIM_CONFLICT_STORM
};

/* What is longer is neither an id nor a tenant: it fits into no index. */
#define LONGEST 2600

static bool
is_recorded(const ScimErrorKind *kind)
{
	for (int i = 0; i < (int) lengthof(recorded); i++)
	{
		if (kind == scim_error_kind(recorded[i]))
			return true;
	}
	return false;
}

static bool
may_write(void)
{
	return !XactReadOnly && !RecoveryInProgress() && !IsInParallelMode();
}

/* ---- where ---- */

/*
 * Where no policy keeps him, whoever has a privilege may be in any tenant; in a table of a
 * single one, in that one.
 */
static bool
may_work_in(const ScimRegistration *table, const char *tenant)
{
	if (strlen(tenant) > LONGEST)
		return false;
	if (scim_is_granted(tenant, strlen(tenant)))
		return true;
	if (table->tenant)
		return strcmp(tenant, table->tenant) == 0;
	return scim_has_privilege(table, ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE) &&
		!(table->has_policy && check_enable_rls(table->relid, InvalidOid, true) == RLS_ENABLED);
}

/*
 * The caller's own: that of calls which name none, if it was granted to him.  Anybody
 * can set another, and would write into the record of strangers.
 */
static const char *
own_tenant(const ScimRegistration *table)
{
	const char *tenant = scim_resolve_tenant(NULL);
	const Datum *granted;
	int			count;

	if (table->tenant && !scim_only_tenant()[0] && !scim_setting_tenant[0])
		return table->tenant;
	if (may_work_in(table, tenant))
		return tenant;
	granted = scim_granted_tenants(&count);
	if (count > 0)
		return TextDatumGetCString(granted[0]);
	return table->tenant ? table->tenant : "default";
}

/* The one that the call was for, if he may work there; else his own. */
static const char *
find_tenant(const ScimRegistration *table, const ScimRefusal *refusal)
{
	const char *tenant = refusal->tenant;
	const char *spelled = NULL;

	if (tenant == NULL || refusal->kind == scim_error_kind(SCIM_TENANT_FORBIDDEN) ||
		scim_only_tenant()[0] || !may_work_in(table, tenant) ||
		(table->tenant && strcmp(tenant, table->tenant) != 0))
		tenant = own_tenant(table);
	if (table->tenant_type)
		spelled = table->tenant_type->spell(tenant);
	return spelled ? spelled : tenant;
}

/* ---- what ---- */

/* As the entries of its changes have it; as it was given, if it is nobody's. */
static const char *
find_id(const ScimRegistration *table, const char *id)
{
	const char *spelled;

	if (id == NULL || strlen(id) > LONGEST)
		return NULL;
	spelled = table->id_type->spell(id);
	return spelled ? spelled : id;
}

bool
scim_find_refused(const ScimRefusal *refusal, ScimRefused *refused)
{
	/* as it is now: the call has failed, maybe as it was changed */
	const ScimResourceType *type = scim_resource_type(refusal->type->name);
	const ScimRegistration *table = scim_find_table(type);

	if (table == NULL || !table->history)
		return false;
	refused->type = type;
	refused->tenant = find_tenant(table, refusal);
	refused->id = find_id(table, refusal->id);
	return true;
}

static void
record(void *argument)
{
	ScimRefusal *refusal = argument;
	ScimRefused refused;
	ScimChange	change = {
		.operation = SCIM_HISTORY_REFUSED,
		.error_code = refusal->kind->name
	};

	if (!scim_find_refused(refusal, &refused))
		return;
	change.type = refused.type->name;
	change.tenant = refused.tenant;
	change.id = refused.id;
	change.at = GetCurrentTimestamp();
	change.delta.changed = refusal->conflicting;
	/* what is no version may be anything, even a secret that went to the wrong place */
	if (refusal->expected &&
		scim_version_is_well_formed(refusal->expected, strlen(refusal->expected)))
		change.expected_version = refusal->expected;
	scim_write_history(&change);
	refusal->recorded = true;
}

ErrorData *
scim_record_refusal(ScimRefusal *refusal)
{
	if (refusal->type == NULL || !is_recorded(refusal->kind) || !may_write())
		return NULL;
	return scim_protect(record, refusal);
}
