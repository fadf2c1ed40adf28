/*
 * conflict.c
 *		A write whose expected version is stale: it is merged, or refused.
 *
 * The row is locked, and stays so until what was merged is written: nobody can come
 * between, so nothing is tried twice.  Whoever may not write it at all, as others hold it,
 * is told that first: no merge would help him.
 */
#include "postgres.h"

#include "base/protect.h"
#include "core/merge_rules.h"
#include "core/patch_parse.h"
#include "core/resource.h"
#include "decision/guard.h"
#include "operation/answered.h"
#include "operation/conflict.h"
#include "operation/merge_members.h"
#include "operation/mismatch.h"
#include "operation/proposing.h"
#include "operation/report.h"
#include "operation/settled.h"

bool
scim_write_counts(const ScimWrite *write)
{
	return write->merges && scim_merge_rules_have_counter(write->rules);
}

/* ---- refused ---- */

static SCIM_NORETURN void refuse(ScimWrite *write, ScimErrorCode situation, ScimPathSet *paths,
								 const ScimSince *since, const ScimWriteMerge *merge);

/* NIL: there are none, or nothing is known of a merge. */
static const List *
conflicts_of(const ScimWriteMerge *merge)
{
	return merge && merge->applies && !merge->base_unknown ? merge->merge.conflicts : NIL;
}

/* A proposal is read by others: nothing of it may be what is never returned. */
static bool
can_be_proposed(const ScimWrite *write, const List *conflicts)
{
	ListCell   *cell;

	foreach(cell, conflicts)
	{
		if (((const ScimMergeConflict *) lfirst(cell))->hidden)
			return false;
	}
	return write->rules && !scim_write_has_secrets(write);
}

static void
refuse(ScimWrite *write, ScimErrorCode situation, ScimPathSet *paths, const ScimSince *since,
	   const ScimWriteMerge *merge)
{
	if (write->reports)
	{
		scim_report_differing(write, paths);
		scim_report_conflicting(write, conflicts_of(merge));
		write->result->can_be_proposed = can_be_proposed(write, conflicts_of(merge));
	}
	scim_throw_stale(&write->target, situation, write->id_text, write->expected, &write->row,
					 since, merge);
}

void
scim_write_refuse(ScimWrite *write, ScimErrorCode situation, ScimPathSet *paths)
{
	ScimSince	since;

	scim_guard_resource(write->target.table, write->target.tenant, write->wanted.id);
	scim_open_since(&since, &write->target, &write->row, write->expected, false);
	refuse(write, situation, paths, &since, NULL);
}

/* ---- merged ---- */

void
scim_write_take_merged(ScimWrite *write, const ScimWriteMerge *merge)
{
	write->merged = &merge->merge;
	write->wanted.document = scim_check_merged(write->target.type, merge->merge.merged, merge->mine,
											   scim_row_data(write->target.table, &write->row));
	write->wanted.split = NULL;
	if (!merge->sets_password)
		write->wanted.sets_password = false;
	write->call.merged_from = write->expected;
	write->expected = write->row.version;
	if (!write->target.type->has_members)
		return;
	write->has_members = merge->touches_members;
	write->change = merge->members;
	if (write->has_members)
		scim_write_prepare_members(write);
}

/*
 * What mine alone changed, the row does not have: then it need not be compared.  The
 * first path tells that of most merges.
 */
static bool
changes_more(const ScimMerge *merge)
{
	ListCell   *cell;

	if (merge->mine == NIL)
		return false;
	foreach(cell, merge->theirs)
	{
		if (strcmp(linitial(merge->mine), lfirst(cell)) == 0)
			return false;
	}
	return true;
}

typedef struct Trial
{
	ScimWrite  *write;
	ScimSince  *since;
	ScimWriteMerge *merge;
} Trial;

static void
try_merge(void *argument)
{
	const Trial *trial = argument;
	ScimWrite  *write = trial->write;
	ScimWriteMerge *merge = trial->merge;

	scim_try_merge(write, trial->since, merge);
	if (write->target.type->has_members && merge->applies && !merge->base_unknown)
		scim_merge_members(write, trial->since, merge);
}

/*
 * A merge that nobody asked for is tried all the same, so that it can be told what it would
 * come to.  If it cannot be done, as no column holds what is made of the base, that is
 * no answer to the write.  In the subtransaction that this takes, no scan may go on that
 * was begun outside of it: what else is asked of the history is read before.
 */
static void
rehearse_merge(Trial *trial)
{
	const ScimPatch *patch = trial->write->patch;
	ErrorData  *error;

	if (trial->since->has_base && patch && scim_patch_needs_shown(patch))
		(void) scim_past_entry(&trial->since->past);
	error = scim_protect(try_merge, trial);
	if (error == NULL)
		return;
	FreeErrorData(error);
	memset(trial->merge, 0, sizeof(ScimWriteMerge));
}

/* Is there one result, be it one that people are to decide on? */
static bool
is_settled(ScimWrite *write, ScimWriteMerge *merge)
{
	if (!write->merges || merge->base_unknown)
		return false;
	return merge->merge.conflicts == NIL ||
		(write->proposes != SCIM_PROPOSES_NEVER && scim_override(write, merge));
}

bool
scim_write_resolve(ScimWrite *write, ScimPathSet *paths)
{
	ScimWriteMerge *merge = palloc(sizeof(ScimWriteMerge));
	ScimSince	since;
	Trial		trial = {write, &since, merge};

	if (write->rules == NULL)
		scim_write_refuse(write, SCIM_VERSION_MISMATCH, paths);
	scim_write_apply_answer(write);
	if (write->proposes != SCIM_PROPOSES_ALWAYS)
		scim_guard_resource(write->target.table, write->target.tenant, write->wanted.id);
	scim_open_since(&since, &write->target, &write->row, write->expected, true);
	if (write->merges)
		try_merge(&trial);
	else
		rehearse_merge(&trial);
	if (scim_write_settle_unknown(write, merge) || scim_write_is_answered(write, merge))
	{
		scim_close_since(&since);
		return !write->unchanged;
	}
	if (!is_settled(write, merge))
		refuse(write, SCIM_VERSION_MISMATCH, paths, &since, merge);
	scim_close_since(&since);
	scim_write_take_merged(write, merge);
	write->unchanged = !changes_more(&merge->merge) && scim_write_is_there(write, false);
	return !write->unchanged;
}
