/*
 * apply.c
 *		Applying a proposal: the change that was approved is made, and no other.
 *
 * A proposal's changes become the operations of a patch, which is done to the proposal's own
 * base, and merged into the row.  So what others changed meanwhile stays, and what is left
 * of the difference shows: nothing, if it is there already; what was approved, and that is
 * written; or something else, which nobody has approved.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "decision/guard.h"
#include "decision/review.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/apply.h"
#include "operation/conflict.h"
#include "operation/create.h"
#include "operation/delete.h"
#include "operation/merge.h"
#include "operation/patch.h"
#include "operation/proposed.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

const pg_uuid_t *
scim_applied_id(const ScimWriteOptions *options)
{
	return options->applies ? &options->applies->proposal->id : NULL;
}

/* ---- the changes as operations ---- */

static bool
is_removed_member(const JsonbValue *path)
{
	static const char start[] = "members[";

	return path->val.string.len > (int) strlen(start) &&
		memcmp(path->val.string.val, start, strlen(start)) == 0;
}

/* One of {"path", "from", "to"}; members that go are collected. */
static void
append_operation(JsonbValue *operations, const JsonbValue *change, JsonbValue *gone)
{
	JsonbValue	path;
	JsonbValue	from;
	JsonbValue	to;
	bool		has_path = scim_find_member(change, "path", &path) && path.type == jbvString;
	bool		has_from = scim_find_member(change, "from", &from);
	bool		has_to = scim_find_member(change, "to", &to);
	JsonbValue *operation;

	if (has_path && has_from && !has_to && is_removed_member(&path))
	{
		scim_append(gone, &from);
		return;
	}
	operation = scim_new_object();
	scim_set_text(operation, "op", !has_to ? "remove"
				  : has_path && !has_from && scim_string_is(&path, "members") ? "add"
				  : "replace");
	if (has_path)
		scim_set_value(operation, "path", &path);
	if (has_to)
		scim_set_value(operation, "value", &to);
	scim_append(operations, operation);
}

/*
 * As scim_diff's changes are to be read (core/diff.h).  Members that go, each of which is a
 * change of its own, go in one operation: they may be more than a patch may have.
 */
static Jsonb *
operations_of(Jsonb *changes)
{
	JsonbValue *operations = scim_new_array();
	JsonbValue *gone = scim_new_array();
	JsonbValue *operation;
	ScimWalk	walk;
	JsonbValue	change;

	scim_walk(&walk, &changes->root);
	while (scim_walk_next(&walk, NULL, &change))
	{
		CHECK_FOR_INTERRUPTS();
		append_operation(operations, &change, gone);
	}
	if (gone->val.array.nElems > 0)
	{
		operation = scim_new_object();
		scim_set_text(operation, "op", "remove");
		scim_set_text(operation, "path", "members");
		scim_set_value(operation, "value", gone);
		scim_append(operations, operation);
	}
	return scim_write(operations);
}

/* ---- what it came to ---- */

static bool
ends(ScimApplication *application, ScimApplyOutcome outcome)
{
	application->outcome = outcome;
	return false;
}

static void
keep_version(const ScimTarget *target, ScimApplication *application, const char *version)
{
	application->version = MemoryContextStrdup(target->caller, version);
}

static Jsonb *
kept(const ScimTarget *target, Jsonb *jsonb)
{
	MemoryContext old = MemoryContextSwitchTo(target->caller);
	Jsonb	   *copy = palloc(VARSIZE(jsonb));

	memcpy(copy, jsonb, VARSIZE(jsonb));
	MemoryContextSwitchTo(old);
	return copy;
}

/*
 * The row, which is locked, would be changed so: as was approved?  Whoever may not write it
 * at all, as others hold it, is told that before he is told what has become of it.
 */
static bool
is_approved(const ScimTarget *target, const ScimRow *row, Jsonb *changes,
			ScimApplication *application)
{
	keep_version(target, application, row->version);
	if (scim_changes_nothing(changes))
		return ends(application, SCIM_APPLY_THERE);
	if (strcmp(scim_version_of_changes(changes), application->proposal->version) == 0)
		return true;
	scim_guard_resource(target->table, target->tenant, row->id);
	application->base = kept(target, scim_proposed_base(target, row));
	application->changes = kept(target, changes);
	return ends(application, SCIM_APPLY_REBASED);
}

/* ---- the row ---- */

/* tenant, id: whoever sees it */
static const ScimStatement find_row = {
	.sql = "SELECT FROM {table} AS r WHERE {key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true,
	.latest = true
};

/* Who approves may see less than there is: nothing is gone for that. */
bool
scim_apply_is_gone(const ScimTarget *target, const char *id, ScimApplication *application)
{
	Datum		values[2];

	if (application == NULL)
		return false;
	values[0] = scim_tenant_datum(target->table, target->tenant);
	values[1] = scim_id_datum(target->table, id);
	if (scim_run(&find_row, target->table, values, NULL, false) > 0)
		return false;
	ends(application, SCIM_APPLY_GONE);
	return true;
}

bool
scim_apply_lock(ScimWrite *write)
{
	if (scim_write_try_lock_row(write))
		return true;
	if (scim_apply_is_gone(&write->target, write->wanted.id, write->options->applies))
		return false;
	scim_throw_not_locked(&write->target, write->id_text, "updated");
}

bool
scim_apply_merge(ScimWrite *write)
{
	ScimApplication *application = write->options->applies;
	const ScimProposal *proposal = application->proposal;
	ScimWriteMerge *merge = palloc(sizeof(ScimWriteMerge));

	scim_merge_into_row(write, proposal->base, merge);
	if (merge->merge.conflicts != NIL)
	{
		scim_guard_resource(write->target.table, write->target.tenant, write->row.id);
		application->conflicts = kept(&write->target,
									  scim_proposed_conflicts(merge->merge.conflicts));
		return ends(application, SCIM_APPLY_CONFLICTS);
	}
	write->expected = proposal->base_version;
	scim_write_take_merged(write, merge);
	if (strcmp(proposal->base_version, write->row.version) == 0)
		write->call.merged_from = NULL;
	return is_approved(&write->target, &write->row, scim_proposed_changes(write), application);
}

bool
scim_apply_to_row(const ScimTarget *target, const ScimRow *row, ScimApplication *application)
{
	return is_approved(target, row, scim_proposed_delete(target, row), application);
}

/* The version may be one that is computed, of members, too. */
void
scim_apply_written(ScimWrite *write)
{
	ScimApplication *application = write->options->applies;

	if (application->outcome != SCIM_APPLY_WRITTEN)
		return;
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	keep_version(&write->target, application,
				 scim_know_version(write->target.table, write->target.tenant, &write->row));
	PopActiveSnapshot();
	application->id = MemoryContextStrdup(write->target.caller, write->row.id);
}

/* ---- the proposal ---- */

static void
run_write(const ScimProposal *proposal, ScimApplication *application, bool asks_deferred)
{
	ScimWriteOptions options = {
		.type = proposal->type,
		.tenant = proposal->tenant,
		.id = proposal->resource_id,
		.expected = proposal->base_version,
		.asks_deferred = asks_deferred,
		.applies = application
	};
	ScimWriteResult result;
	JsonbValue	content;

	switch (scim_operation_of_proposal(proposal))
	{
		case SCIM_CREATES:
			content = *getIthJsonbValueFromContainer(&proposal->changes->root, 0);
			scim_find_member(&content, "to", &content);
			scim_store_create(&options, scim_write(&content), &result);
			break;
		case SCIM_DELETES:
			scim_store_delete(&options, &result);
			break;
		default:
			scim_store_patch(&options, operations_of(proposal->changes), &result);
	}
}

/* It is decided: by what was written, or there, or as there is nothing to be written. */
static void
close_proposal(ScimProposal *proposal, const ScimApplication *application)
{
	bool		failed = application->outcome == SCIM_APPLY_GONE;

	proposal->status = failed ? SCIM_PROPOSAL_FAILED : SCIM_PROPOSAL_APPLIED;
	proposal->is_decided = true;
	proposal->decided_at = GetCurrentTimestamp();
	proposal->applied_version = failed ? NULL : application->version;
	proposal->conflicts = NULL;
	if (proposal->resource_id == NULL)
		proposal->resource_id = application->id;
}

/* It stays open, and those who approved have not seen what is left of it. */
static void
keep_open(ScimProposal *proposal, const ScimApplication *application)
{
	proposal->conflicts = application->conflicts;
	if (application->outcome != SCIM_APPLY_REBASED)
		return;
	proposal->base = application->base;
	proposal->base_version = application->version;
	proposal->changes = application->changes;
	proposal->version = scim_version_of_changes(application->changes);
}

ScimApplyOutcome
scim_apply_proposal(ScimProposal *proposal, bool asks_deferred)
{
	ScimApplication application = {.proposal = proposal, .outcome = SCIM_APPLY_WRITTEN};

	run_write(proposal, &application, asks_deferred);
	switch (application.outcome)
	{
		case SCIM_APPLY_REBASED:
		case SCIM_APPLY_CONFLICTS:
			keep_open(proposal, &application);
			break;
		default:
			close_proposal(proposal, &application);
	}
	return application.outcome;
}
