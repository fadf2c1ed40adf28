/*
 * policy_guard.c
 *		What a policy keeps from being written.
 *
 * Plain SQL has no place for a version that it expects: where policies bind it, and require
 * one, it changes nothing.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "catalog/pg_class.h"
#include "decision/code.h"
#include "decision/policies.h"
#include "decision/policy_guard.h"
#include "decision/policy_refusal.h"
#include "decision/policy_rows.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "resource/target.h"
#include "statement/granted.h"
#include "statement/tenant.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

const ScimRegistration *
scim_guarded_table(const ScimRegistration *table)
{
	const ScimRegistration *found = scim_find_table(table->type);

	return found && found->relid == table->root ? found : NULL;
}

const ScimPolicy *
scim_policy_on(const ScimRegistration *table, const char *tenant, const ScimCall *call)
{
	return call ? call->policy : scim_binding_policy(table->type, tenant);
}

int
scim_operations_of(const ScimCall *call)
{
	if (call->operation != SCIM_RESTORES)
		return call->operation;
	return SCIM_RESTORES | (call->inserting ? SCIM_CREATES : SCIM_UPDATES);
}

/* ---- what is refused ---- */

/* What a proposal changes is on condition of what was approved. */
static bool
lacks_version(const ScimPolicy *policy, const ScimGuarded *guarded)
{
	const ScimCall *call = guarded->call;

	if (!policy->require_version || guarded->operation == SCIM_CREATES)
		return false;
	if (call)
		return !call->conditional && call->proposal == NULL;
	return guarded->table->enforce && !scim_owner_acts(guarded->table);
}

/* Creates and deletes are reviewed whatever they are of. */
static bool
must_be_reviewed(const ScimPolicy *policy, const ScimGuarded *guarded, ScimPolicyRefusal *refusal)
{
	const ScimCall *call = guarded->call;
	int			whole = policy->reviewed_operations & guarded->operations &
	(SCIM_CREATES | SCIM_DELETES);

	if (call && (call->proposal || (call->proposes && guarded->change == NULL)))
		return false;
	refusal->operation = scim_one_operation(guarded->operation, whole);
	if (whole)
		return true;
	if (guarded->change)
		refusal->reviewed = scim_reviewed(policy, guarded->operations, guarded->change);
	return refusal->reviewed != NIL;
}

/* The first that is to be said against it; false: nothing is. */
static bool
find_refusal(const ScimPolicy *policy, const ScimGuarded *guarded, ScimPolicyRefusal *refusal)
{
	Oid			role = scim_acting_role();

	memset(refusal, 0, sizeof(ScimPolicyRefusal));
	refusal->code = SCIM_POLICY_DENIED;
	if (scim_denies_operation(policy, role, guarded->operation, guarded->operations,
							  &refusal->denial))
		return true;
	refusal->code = SCIM_VERSION_REQUIRED;
	if (lacks_version(policy, guarded))
		return true;
	refusal->code = SCIM_POLICY_DENIED;
	if (guarded->change &&
		scim_denies_change(policy, role, guarded->operation, guarded->change, &refusal->denial))
		return true;
	refusal->code = SCIM_REVIEW_REQUIRED;
	return must_be_reviewed(policy, guarded, refusal);
}

/* May row level security have it that the current role does not work in the tenant? */
static bool
is_stranger(const ScimRegistration *table, const char *tenant)
{
	return check_enable_rls(table->root, InvalidOid, true) == RLS_ENABLED &&
		!scim_is_granted(tenant, strlen(tenant));
}

/*
 * A row that is inserted comes here before row level security is asked about it: who may not
 * work in its tenant is told what that would have told him, where it is scimver's own.
 */
static void
refuse_stranger(const ScimGuarded *guarded, ScimPolicyRefusal *refusal)
{
	const ScimRegistration *table = guarded->table;

	if (guarded->operation != SCIM_CREATES || !is_stranger(table, guarded->tenant))
		return;
	refusal->bare = true;
	if (guarded->call || !table->has_policy)
		return;
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("new row violates row-level security policy for table \"%s\"",
						   get_rel_name(table->root))));
}

void
scim_check_policy(const ScimPolicy *policy, const ScimGuarded *guarded)
{
	ScimPolicyRefusal refusal;

	if (policy == NULL || !find_refusal(policy, guarded, &refusal) ||
		scim_guarded_table(guarded->table) == NULL)
		return;
	refusal.bare = guarded->id == NULL && guarded->operation != SCIM_CREATES;
	refuse_stranger(guarded, &refusal);
	scim_throw_policy(policy, guarded, &refusal);
}

/* ---- calls ---- */

static bool
has_privilege(const ScimCall *call)
{
	const ScimRegistration *table = call->registration;

	switch (call->operation)
	{
		case SCIM_CREATES:
			return scim_has_privilege(table, ACL_INSERT);
		case SCIM_DELETES:
			return scim_has_privilege(table, call->deletes ? ACL_DELETE : ACL_UPDATE);
		case SCIM_RESTORES:
			return scim_has_privilege(table, ACL_INSERT) || scim_has_privilege(table, ACL_UPDATE);
		default:
			return scim_has_privilege(table, ACL_UPDATE);
	}
}

/* Who restores a resource has read its history, be it there or not. */
static bool
sees_resource(const ScimCall *call)
{
	ScimTarget	target = {
		.table = call->registration,
		.type = call->registration->type,
		.tenant = unconstify(char *, call->tenant)
	};

	return call->operation == SCIM_CREATES || call->operation == SCIM_RESTORES ||
		(scim_has_privilege(target.table, ACL_SELECT) &&
		 scim_fetch(&target, call->id, false, NULL));
}

void
scim_admit_call(const ScimCall *call)
{
	ScimGuarded guarded = {
		.table = call->registration,
		.tenant = call->tenant,
		.id = call->id,
		.call = call,
		.operation = call->operation,
		.operations = call->operation
	};
	ScimPolicyChange secrets = {.secrets = call->secrets};
	ScimPolicyRefusal refusal;

	if (call->policy == NULL || call->only_proposes)
		return;
	if (call->secrets)
		guarded.change = &secrets;
	if (!find_refusal(call->policy, &guarded, &refusal))
		return;
	if (has_privilege(call) && !is_stranger(call->registration, call->tenant) &&
		sees_resource(call))
		scim_throw_policy(call->policy, &guarded, &refusal);
}

/* ---- all resources of a table ---- */

/* those that there are rows of */
static const ScimStatement find_tenants = {
	.sql = "SELECT DISTINCT {tenant} FROM {table} WHERE {tenant} IS NOT NULL",
	.as_owner = true,
	.latest = true
};

static void
check_in(const ScimRegistration *table, const char *tenant, ScimOperation operation,
		 const ScimPolicyChange *change)
{
	ScimGuarded guarded = {
		.table = table,
		.tenant = tenant,
		.operation = operation,
		.operations = operation,
		.change = change
	};

	scim_check_policy(scim_policy_on(table, tenant, NULL), &guarded);
}

void
scim_check_policies(const ScimRegistration *table, ScimOperation operation,
					const ScimPolicyChange *change)
{
	uint64		count;
	SPITupleTable *rows;

	if (scim_has_no_policies())
		return;
	if (table->tenant_type == NULL)
	{
		check_in(table, table->tenant, operation, change);
		return;
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	count = scim_run(&find_tenants, table, NULL, NULL, false);
	rows = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		check_in(table, scim_id_text(table->tenant_type,
									 SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &isnull)),
				 operation, change);
	}
	SPI_finish();
}

/* ---- leases ---- */

void
scim_check_lease_policy(const ScimRegistration *table, const char *tenant, int seconds)
{
	const ScimPolicy *policy = scim_binding_policy(table->type, tenant);

	if (policy && policy->lease_seconds > 0 && seconds > policy->lease_seconds)
		scim_throw_path(SCIM_BAD_PARAMETER, "seconds",
						"seconds must be 1 to %d, by the policy for %s", policy->lease_seconds,
						table->type->name);
}
