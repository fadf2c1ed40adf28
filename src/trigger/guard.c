/*
 * guard.c
 *		A row in the hands of the row trigger, asked whether it may change.
 *
 * What a scim_ call does to its own resource is what the call says it is.  All else is what
 * it comes to: a row that gets another key is a delete and a create, as it is for the
 * history; one that is marked as deleted, or is so no longer, may change beside that; and a
 * group follows its members by a patch.
 */
#include "postgres.h"

#include "decision/guard.h"
#include "decision/policy_guard.h"
#include "resource/frame.h"
#include "resource/member_sum.h"
#include "trigger/content.h"
#include "trigger/guard.h"

/* ---- what changes ---- */

static bool
members_change(const ScimTriggerRow *work)
{
	const ScimMemberSum *before = &work->old_members;
	const ScimMemberSum *after = &work->members;

	return scim_pending_for(work->registration->root) &&
		!(before->known && after->known && scim_same_members(before, after));
}

/* Of a row that stays the same resource's. */
static ScimPolicyChange
difference(ScimTriggerRow *work)
{
	ScimPolicyChange change = {.members = members_change(work)};

	if (scim_work_same_content(work))
		return change;
	change.before = scim_work_document(work, &work->old);
	change.after = scim_work_document(work, &work->new);
	change.password = !scim_work_same(work, SCIM_COLUMN_PASSWORD);
	return change;
}

static bool
marks_change(const ScimTriggerRow *work)
{
	return scim_work_is_marked(work, &work->old) != scim_work_is_marked(work, &work->new);
}

/* By a restore: a row that was marked as deleted. */
static bool
is_brought_back(const ScimTriggerRow *work)
{
	return work->call && work->call->operation == SCIM_RESTORES && marks_change(work);
}

/* Of one that comes.  What columns have by default is nothing that a call asked for. */
static ScimPolicyChange
whole(ScimTriggerRow *work, const ScimCall *call)
{
	if (call && call->creates)
		return (ScimPolicyChange) {.after = call->creates, .password = call->creates_password};
	return (ScimPolicyChange)
	{
		.after = scim_work_document(work, &work->new),
		/* no restore brings one */
			.password = !is_brought_back(work) &&
			!scim_work_is_null(work, &work->new, SCIM_COLUMN_PASSWORD)
	};
}

/* To make documents of columns takes a while. */
static ScimPolicyChange
what_changes(ScimTriggerRow *work, const ScimPolicy *policy)
{
	ScimPolicyChange change = {.members = members_change(work)};

	if (!scim_asks_for_attributes(policy))
		return change;
	return is_brought_back(work) ? whole(work, work->call) : difference(work);
}

/* ---- what is done ---- */

static void
check_as(const ScimPolicy *policy, ScimGuarded *guarded, ScimOperation operation, int operations)
{
	guarded->operation = operation;
	guarded->operations = operations;
	scim_check_policy(policy, guarded);
}

/* By whoever is no scim_ call on the resource. */
static void
check_plain(const ScimTriggerRow *work, const ScimPolicy *policy, ScimGuarded *guarded)
{
	ScimOperation mark = scim_work_is_marked(work, &work->new) ? SCIM_DELETES : SCIM_CREATES;
	ScimOperation change = guarded->change->members ? SCIM_PATCHES : SCIM_UPDATES;

	if (marks_change(work))
		check_as(policy, guarded, mark, mark);
	if (guarded->change->members || !scim_work_same_content(work))
		check_as(policy, guarded, change, change);
}

static void
check_called(const ScimTriggerRow *work, const ScimPolicy *policy, ScimGuarded *guarded)
{
	ScimOperation operation = guarded->call->operation;
	int			operations = scim_operations_of(guarded->call);

	if (is_brought_back(work))
		operations = SCIM_RESTORES | SCIM_CREATES;
	check_as(policy, guarded, operation, operations);
}

/* ---- policies ---- */

static const ScimPolicy *
policy_on(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	return scim_policy_on(work->registration, scim_work_tenant(work, row), work->call);
}

static void
check_difference(ScimTriggerRow *work)
{
	const ScimPolicy *policy = policy_on(work, &work->old);
	ScimPolicyChange change;
	ScimGuarded guarded = {
		.table = work->registration,
		.call = work->call,
		.change = &change
	};

	if (policy == NULL)
		return;
	if (scim_work_same_content(work) && !members_change(work) && !marks_change(work))
		return;
	change = what_changes(work, policy);
	change.secrets = work->call ? work->call->secrets : NIL;
	guarded.tenant = scim_work_tenant(work, &work->old);
	guarded.id = scim_work_id(work, &work->old);
	(work->call ? check_called : check_plain) (work, policy, &guarded);
}

static void
check_end(const ScimTriggerRow *work)
{
	ScimGuarded guarded = {
		.table = work->registration,
		.tenant = scim_work_tenant(work, &work->old),
		.id = scim_work_id(work, &work->old),
		.operation = SCIM_DELETES,
		.operations = SCIM_DELETES
	};

	scim_check_policy(scim_policy_on(guarded.table, guarded.tenant, NULL), &guarded);
}

/* "call": the one that makes the resource, or NULL. */
static void
check_new(ScimTriggerRow *work, const ScimCall *call)
{
	const ScimPolicy *policy = scim_policy_on(work->registration,
											  scim_work_tenant(work, &work->new), call);
	ScimPolicyChange change;
	ScimGuarded guarded = {
		.table = work->registration,
		.call = call,
		.operation = call ? call->operation : SCIM_CREATES,
		.operations = call ? scim_operations_of(call) : SCIM_CREATES,
		.change = &change
	};

	if (policy == NULL)
		return;
	guarded.tenant = scim_work_tenant(work, &work->new);
	if (guarded.operation != SCIM_CREATES)
		guarded.id = scim_work_id(work, &work->new);
	change = scim_asks_for_attributes(policy) ? whole(work, call) : (ScimPolicyChange) {NULL};
	scim_check_policy(policy, &guarded);
}

/* Groups whose members are deleted follow, whatever their policy says. */
static bool
follows_deleted(const ScimTriggerRow *work)
{
	const ScimPending *pending = scim_pending_for(work->registration->root);

	return pending && pending->follows;
}

/* ---- the guard ---- */

static bool
is_bound(const ScimTriggerRow *work)
{
	const ScimRegistration *table = work->registration;

	return scim_leases_bind(table) && !scim_is_refilling(table->root);
}

void
scim_work_guard(ScimTriggerRow *work)
{
	const ScimColumnValues *row = work->is_update ? &work->old : &work->new;

	if (!is_bound(work))
		return;
	scim_check_lease(work->registration, scim_work_tenant(work, row), scim_work_id(work, row));
	if (!work->is_update || follows_deleted(work))
		return;
	if (scim_work_is_resource(work, &work->new) && scim_work_same_key(work))
	{
		check_difference(work);
		return;
	}
	check_end(work);
	if (scim_work_is_resource(work, &work->new))
		check_new(work, NULL);
}

void
scim_work_guard_new(ScimTriggerRow *work)
{
	const ScimCall *call = work->is_update ? NULL : scim_call_on(work->registration->root);

	if (!is_bound(work))
		return;
	check_new(work, call && scim_is_inserted_by(call) ? call : work->call);
}

bool
scim_work_is_guarded(const ScimTriggerRow *work)
{
	if (!is_bound(work))
		return false;
	return scim_lease_objects(work->registration, scim_work_tenant(work, &work->old),
							  scim_work_id(work, &work->old)) ||
		policy_on(work, &work->old) != NULL;
}
