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
#include "column/fold.h"
#include "column/value.h"
#include "core/patch_apply.h"
#include "core/patch_parse.h"
#include "core/path_set.h"
#include "operation/conflict.h"
#include "operation/patch.h"
#include "operation/report.h"
#include "operation/write.h"
#include "query/access.h"
#include "query/filter.h"
#include "resource/show.h"
#include "utils/builtins.h"
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

static bool
has_read_only(const ScimRegistration *table)
{
	for (int i = 0; i < table->mapped_count; i++)
	{
		if (table->mapped[i].read_only)
			return true;
	}
	return false;
}

/*
 * What a patch is applied to.  Read-only columns stand in it, so that paths and
 * filters lead to them, and it is noticed when they would change.
 */
static Jsonb *
patched_content(const ScimWrite *write)
{
	const ScimRegistration *table = write->target.table;
	JsonbValue *content;

	if (!has_read_only(table))
		return scim_row_data(table, &write->row);
	content = scim_row_tree(table, &write->row);
	scim_show_columns(table, content, &write->row.columns);
	return scim_write(content);
}

/* What a patch removed of that: others than it did the split refuse. */
static void
refuse_removal(ScimWrite *write)
{
	const ScimRegistration *table = write->target.table;

	scim_write_take_apart(write, &write->row);
	for (int i = 0; i < table->mapped_count; i++)
	{
		const ScimMappedColumn *column = &table->mapped[i];

		if (column->read_only && !write->row.columns.nulls[i] && !write->wanted.split->given[i] &&
			scim_column_to_json(column, write->row.columns.values[i]).type != jbvNull)
			scim_throw_path(SCIM_READ_ONLY_COLUMN, column->path, "%s is read only", column->path);
	}
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

static char *
fold(const char *string, int length)
{
	text	   *folded = scim_fold_text(string, length);
	char	   *result = text_to_cstring(folded);

	pfree(folded);
	return result;
}

static const ScimMatching matching = {.match = scim_match_elements, .fold = fold};

static void
patch(void *argument)
{
	ScimWrite  *write = argument;
	Jsonb	   *shown = NULL;
	JsonbValue *content;
	bool		stale;
	ScimPathSet differs = {0};

	scim_write_lock_members(write);
	scim_write_lock_row(write);
	if (needs_shown(write))
		shown = show_locked(write);
	if (write->change.has_filters)
		match_members(write, shown);
	stale = write->expected && strcmp(write->expected, write->row.version) != 0;
	content = scim_apply_patch(write->patch, patched_content(write), shown,
							   stale ? &differs : NULL, &matching);
	write->wanted.document = scim_write(content);
	write->unchanged = differs.count == 0 && scim_write_is_there(write, stale);
	refuse_removal(write);
	if (write->unchanged)
		return;
	if (stale)
		scim_write_refuse(write, SCIM_VERSION_MISMATCH, &differs);
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
scim_store_patch(const ScimWriteOptions *options, Jsonb *operations, ScimWriteResult *result)
{
	ScimWrite	write;
	char	   *password = NULL;
	bool		given;
	ScimIds		ids;
	const ScimMemberChange *change;

	scim_write_begin(&write, options, result);
	ids = scim_target_ids(&write.target);
	write.patch = scim_parse_patch(write.target.type, operations, &ids);
	scim_visit_patch_filters(write.patch, check_filter, write.target.table);
	change = scim_patch_members(write.patch);
	given = scim_patch_password(write.patch, &password);
	scim_write_take_password(&write, given, password);
	write.has_members = change != NULL;
	if (change)
		write.change = *change;
	scim_write_run(&write, patch);
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

void
scim_store_change_members(const ScimWriteOptions *options, const ScimGivenIds *add,
						  const ScimGivenIds *remove, ScimWriteResult *result)
{
	ScimWrite	write;

	scim_write_begin(&write, options, result);
	write.has_members = true;
	write.change.add = members_named(add);
	write.change.add_count = add->count;
	write.change.remove = members_named(remove);
	write.change.remove_count = remove->count;
	scim_write_run(&write, change_members);
}
