/*
 * patch.c
 *		Patching resources, and changing the members of groups.
 *
 * Both begin with the lock on the row: what is wanted follows from what is
 * there.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "core/patch_parse.h"
#include "operation/answered.h"
#include "operation/applying.h"
#include "operation/bulk_queue.h"
#include "operation/conflict.h"
#include "operation/merge.h"
#include "operation/patch.h"
#include "operation/patched.h"
#include "operation/proposing.h"
#include "operation/report.h"
#include "operation/write.h"
#include "query/access.h"
#include "query/filter.h"
#include "resource/show.h"
#include "utils/snapmgr.h"

/* ---- patch ---- */

static bool
needs_shown(const ScimWrite *write)
{
	return scim_patch_needs_shown(write->patch) || write->change.has_filters;
}

/*
 * The complete resource, as a client reads it, for the patch to compare with: as
 * it is now that the row is locked.
 */
static Jsonb *
show_locked(ScimWrite *write)
{
	Jsonb	  **shown;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	shown = scim_show_rows(write->target.table, write->target.tenant, &write->row, 1, 0,
						   NULL, CurrentMemoryContext);
	PopActiveSnapshot();
	return shown[0];
}

/*
 * The members that filters mean are known now; those to be added are the same
 * or fewer, so nothing is locked anew.
 */
static void
match_members(ScimWrite *write, Jsonb *shown)
{
	JsonbValue	members;
	bool		found = scim_find(&shown->root, "members", &members);

	scim_find_types(&write->members, write->change.add, write->change.add_count);
	write->change = *scim_match_patch_members(write->patch, found ? &members : NULL,
											  write->change.add, write->change.add_count,
											  scim_match_shown_members);
	scim_write_prepare_members(write);
}

/* The document that is wanted, of what is there now. */
static void
patch_row(ScimWrite *write, ScimPathSet *differs)
{
	Jsonb	   *shown = NULL;

	if (needs_shown(write))
		shown = show_locked(write);
	if (write->change.has_filters)
		match_members(write, shown);
	write->wanted.document = scim_patched(write, scim_row_data(write->target.table, &write->row),
										  shown, differs);
}

/*
 * Is what is wanted there already?  Of what is to be merged only if the patch leaves the
 * document as it is: columns may have no place for what it makes of this row, which nobody
 * asked for, and one for what it makes of the row that it was written for.
 */
static bool
is_there(ScimWrite *write, bool stale, const ScimPathSet *differs)
{
	Jsonb	   *data = scim_row_data(write->target.table, &write->row);

	if (differs->count > 0 || (stale && scim_write_counts(write)))
		return false;
	if (stale && write->merges &&
		compareJsonbContainers(&data->root, &write->wanted.document->root) != 0)
		return false;
	return scim_write_is_there(write, stale);
}

/* What is wanted is decided, in a row that is locked; false: nothing is to be written. */
static bool
decide(ScimWrite *write)
{
	bool		stale;
	ScimPathSet differs = {0};

	scim_write_lock_row(write);
	stale = write->expected && strcmp(write->expected, write->row.version) != 0;
	scim_write_check_answer(write, stale);
	patch_row(write, stale ? &differs : NULL);
	write->unchanged = is_there(write, stale, &differs);
	if (write->unchanged || !(stale && write->merges))
	{
		scim_write_take_apart(write, &write->row);
		scim_refuse_removal(write, write->wanted.split);
	}
	return !write->unchanged && (!stale || scim_write_resolve(write, &differs));
}

/* The same of a proposal, whose changes are to be exactly those that were approved. */
static bool
decide_approved(ScimWrite *write)
{
	if (!scim_apply_lock(write))
		return false;
	if (write->change.has_filters)
		match_members(write, show_locked(write));
	return scim_apply_merge(write);
}

void
scim_write_patch(void *argument)
{
	ScimWrite  *write = argument;

	if (write->has_members &&
		scim_apply_is_gone(&write->target, write->wanted.id, write->options->applies))
		return;
	scim_pass_bulks(write);
	scim_write_lock_members(write);
	if (!(write->options->applies ? decide_approved(write) : decide(write)) ||
		scim_write_proposes(write))
		return;
	if (!scim_write_update_row(write, write->row.version))
		scim_throw_suppressed(&write->target, "updated");
	scim_write_store_members(write);
	write->unchanged = !write->call.changed;
}

/* What a filter asks for has a place in the table, as in lists. */
static void
check_filter(const ScimFilter *filter, const void *argument)
{
	scim_check_filter_access(argument, filter);
}

void
scim_prepare_patch(ScimWrite *write, Jsonb *operations)
{
	char	   *password = NULL;
	bool		given;
	ScimIds		ids = scim_target_ids(&write->target);
	const ScimMemberChange *change;

	write->asked = operations;
	write->patch = scim_parse_patch(write->target.type, write->target.rules, operations, &ids);
	write->result->nothing_asked = scim_patch_is_empty(write->patch);
	scim_visit_patch_filters(write->patch, check_filter, write->target.table);
	change = scim_patch_members(write->patch);
	given = scim_patch_password(write->patch, &password);
	scim_write_take_password(write, given, password);
	write->has_members = change != NULL;
	if (change)
		write->change = *change;
}

void
scim_store_patch(const ScimWriteOptions *options, Jsonb *operations, ScimWriteResult *result)
{
	ScimWrite	write;

	scim_write_begin(&write, SCIM_PATCHES, options, result);
	scim_write_take_merge(&write, options);
	scim_prepare_patch(&write, operations);
	scim_write_run(&write, scim_write_patch);
}

/* ---- members ---- */

static void
change_members(void *argument)
{
	ScimWrite  *write = argument;
	ScimPathSet paths = {0};
	ScimMembersPresent before;

	scim_write_lock_members(write);
	scim_write_lock_row(write);
	if (write->expected && strcmp(write->expected, write->row.version) != 0)
	{
		if (!scim_members_are_there(&write->members, write->target.tenant, &write->row))
			scim_write_refuse(write, SCIM_MEMBERS_MISMATCH, &paths);
		write->unchanged = true;
		if (write->reports)
			scim_report_members(write, NULL);
		return;
	}
	if (scim_write_proposes(write))
		return;
	if (write->reports)
		scim_find_present(&write->members, write->target.tenant, write->row.id, &before);
	scim_write_store_members(write);
	write->unchanged = !write->call.changed;
	if (write->reports)
		scim_report_members(write, &before);
}

/* The ids as members of which no type is known. */
static ScimMember *
members_named(const ScimGivenIds *ids)
{
	ScimMember *members = palloc_extended(Max(ids->count, 1) * sizeof(ScimMember),
										  MCXT_ALLOC_HUGE);

	for (int i = 0; i < ids->count; i++)
	{
		members[i] = (ScimMember) {.value = ids->texts[i]};
	}
	return members;
}

static JsonbValue *
members_operation(const char *op, const ScimGivenIds *ids)
{
	JsonbValue *operation = scim_new_object();
	JsonbValue *members = scim_new_array();

	for (int i = 0; i < ids->count; i++)
	{
		JsonbValue *member = scim_new_object();

		scim_set_text(member, "value", ids->texts[i]);
		scim_append(members, member);
	}
	scim_set_text(operation, "op", op);
	scim_set_text(operation, "path", "members");
	scim_set_value(operation, "value", members);
	return operation;
}

/* As a patch would ask for it. */
static Jsonb *
members_operations(const ScimGivenIds *add, const ScimGivenIds *remove)
{
	JsonbValue *operations = scim_new_array();

	if (add->count > 0)
		scim_append(operations, members_operation("add", add));
	if (remove->count > 0)
		scim_append(operations, members_operation("remove", remove));
	return scim_write(operations);
}

void
scim_store_change_members(const ScimWriteOptions *options, const ScimGivenIds *add,
						  const ScimGivenIds *remove, ScimWriteResult *result)
{
	ScimWrite	write;

	scim_write_begin(&write, SCIM_PATCHES, options, result);
	/* ids that stand by themselves are no document: who does not exist is told */
	write.target.rules = &scim_strict_rules;
	scim_write_take_proposing(&write, options);
	if (write.proposes != SCIM_PROPOSES_NEVER)
		write.asked = members_operations(add, remove);
	write.has_members = true;
	write.change.add = members_named(add);
	write.change.add_count = add->count;
	write.change.remove = members_named(remove);
	write.change.remove_count = remove->count;
	scim_write_run(&write, change_members);
}
