/*
 * applying.c
 *		Applying a proposal, under the lock of the row: is it what was approved?
 *
 * What others changed meanwhile stays, and what is left of the difference shows: nothing, if
 * it is there already; what was approved, and that is written; or something else, which
 * nobody has approved.
 */
#include "postgres.h"

#include "decision/guard.h"
#include "operation/applying.h"
#include "operation/conflict.h"
#include "operation/proposed.h"

static bool
ends(ScimApplication *application, ScimApplyOutcome outcome)
{
	application->outcome = outcome;
	return false;
}

/*
 * The row, which is locked, would be changed so: as was approved?  Whoever may not write it
 * at all, as others hold it, is told that before he is told what has become of it.
 */
static bool
is_approved(const ScimTarget *target, const ScimRow *row, Jsonb *changes,
			ScimApplication *application)
{
	scim_keep_version(target, application, row->version);
	if (scim_changes_nothing(changes))
		return ends(application, SCIM_APPLY_THERE);
	if (strcmp(scim_version_of_changes(changes), application->proposal->version) == 0)
		return true;
	scim_guard_resource(target->table, target->tenant, row->id);
	application->base = scim_keep_jsonb(target, scim_proposed_base(target, row));
	application->changes = scim_keep_jsonb(target, changes);
	return ends(application, SCIM_APPLY_REBASED);
}

/* ---- what the writes ask ---- */

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

	if (scim_apply_is_made_anew(&write->target, write->row.id, application))
		return false;
	scim_merge_into_row(write, proposal->base, merge);
	if (merge->merge.conflicts != NIL)
	{
		scim_guard_resource(write->target.table, write->target.tenant, write->row.id);
		application->conflicts = scim_keep_jsonb(&write->target,
												 scim_proposed_conflicts(merge->merge.conflicts));
		return ends(application, SCIM_APPLY_CONFLICTS);
	}
	write->expected = proposal->base_version;
	scim_write_take_merged(write, merge);
	if (strcmp(proposal->base_version, write->row.version) == 0)
		write->call.merged_from = NULL;
	if (!is_approved(&write->target, &write->row, scim_proposed_changes(write), application))
		return false;
	if (write->call.policy)
		write->call.approved = scim_proposed_names(write);
	return true;
}

bool
scim_apply_delete(const ScimTarget *target, const ScimRow *row, ScimApplication *application)
{
	return !scim_apply_is_made_anew(target, row->id, application) &&
		is_approved(target, row, scim_proposed_delete(target, row), application);
}
