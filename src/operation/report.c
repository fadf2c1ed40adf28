/*
 * report.c
 *		How a write ends: with its resource or its refusal, and what is told
 *		beside them.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/texts.h"
#include "core/content.h"
#include "core/differ.h"
#include "core/hidden.h"
#include "core/ignored.h"
#include "core/path.h"
#include "core/place.h"
#include "core/spelling.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/application.h"
#include "operation/report.h"
#include "operation/run.h"
#include "operation/secrets.h"
#include "resource/show.h"

/* The paths as an array that outlives the write. */
static JsonbValue *
kept_paths(const ScimWrite *write, const ScimPathSet *paths)
{
	MemoryContext old = MemoryContextSwitchTo(write->target.caller);
	JsonbValue *array = scim_named_paths(paths);

	MemoryContextSwitchTo(old);
	return array;
}

/* ---- what was ignored ---- */

static void
name_ignored(const ScimWrite *write, Jsonb *given, Jsonb *shown, ScimPathSet *paths)
{
	ScimIds		ids = scim_target_ids(&write->target);

	/* some clients think that a write is on condition of the _version in the resource */
	scim_name_ignored(paths, write->target.type, given, shown, &ids,
					  !write->call.inserting && write->expected == NULL);
}

void
scim_report_given(ScimWrite *write, Jsonb *data)
{
	ScimPathSet sent = {0};
	JsonbValue	name = scim_text("groups");
	JsonbValue	root;
	JsonbValue	unused;

	if (!write->reports)
		return;
	name_ignored(write, data, NULL, &sent);
	if (sent.count == 0)
		return;
	write->given = data;
	scim_root(data, &root);
	if (scim_find_any_case(&root, &name, &unused))
		write->all_groups = write->target.type->has_groups;
}

static void
report_ignored(ScimWrite *write)
{
	ScimPathSet ignored = {0};

	name_ignored(write, write->given, scim_show_alone(write->target.table, &write->row), &ignored);
	if (ignored.count > 0)
		write->result->ignored = kept_paths(write, &ignored);
}

/* ---- what differs ---- */

/*
 * A document as its content: what makes no difference in the version makes none
 * here.  Nor does what is never returned: it could be guessed, try by try.
 */
static Jsonb *
content_of(const ScimWrite *write, Jsonb *document)
{
	Jsonb	   *shown = scim_without_hidden(write->target.type, document);

	return scim_write(scim_content_tree(&shown->root, NULL));
}

/*
 * Columns of a mapped table may make something else of a value than what was
 * sent.  Where an immutable attribute would change, the document was not taken
 * apart, as that is an error of its own: then what was sent counts.
 */
static Jsonb *
wanted_document(const ScimWrite *write)
{
	const ScimSplit *split = write->wanted.split;

	if (split)
		return scim_join_columns(write->target.table, split->data, &split->columns);
	return write->wanted.document;
}

static void
name_unlike(const ScimWrite *write, Jsonb *document, ScimPathSet *paths)
{
	scim_name_differences(paths, content_of(write, document),
						  content_of(write, scim_row_data(write->target.table, &write->row)));
}

JsonbValue *
scim_report_unlike(const ScimWrite *write, Jsonb *document)
{
	ScimPathSet paths = {0};

	name_unlike(write, document, &paths);
	return kept_paths(write, &paths);
}

void
scim_report_differing(ScimWrite *write, ScimPathSet *paths)
{
	ScimPlace	members = scim_place(NULL, "members");

	if (write->wanted.document)
		name_unlike(write, wanted_document(write), paths);
	if (write->has_members &&
		!scim_members_are_there(&write->members, write->target.tenant, &write->row))
		scim_name_path(paths, &members);
	write->result->differing = kept_paths(write, paths);
}

void
scim_report_conflicting(ScimWrite *write, const List *conflicts)
{
	MemoryContext old = MemoryContextSwitchTo(write->target.caller);
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, conflicts)
	{
		const ScimMergeConflict *conflict = lfirst(cell);

		if (!scim_has_text(names, conflict->attribute))
			names = lappend(names, pstrdup(conflict->attribute));
	}
	MemoryContextSwitchTo(old);
	write->result->conflicting = names;
}

/* ---- members ---- */

/*
 * Those of the ids that are not among the others, which are in order; as an
 * array that outlives the write.
 */
static JsonbValue *
kept_ids(const ScimWrite *write, char **ids, int count, char **others, int other_count)
{
	MemoryContext old = MemoryContextSwitchTo(write->target.caller);
	JsonbValue *array = scim_new_array();

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (other_count == 0 ||
			bsearch(&ids[i], others, other_count, sizeof(char *), pg_qsort_strcmp) == NULL)
			scim_append_text(array, pstrdup(ids[i]));
	}
	MemoryContextSwitchTo(old);
	return array;
}

void
scim_report_members(ScimWrite *write, const ScimMembersPresent *before)
{
	ScimMembersPresent after = {0};

	/* asked, not concluded: triggers may have done something else */
	if (before)
		scim_find_present(&write->members, write->target.tenant, write->row.id, &after);
	write->result->added = kept_ids(write, after.add, after.add_count,
									before ? before->add : NULL, before ? before->add_count : 0);
	write->result->removed = kept_ids(write, before ? before->remove : NULL,
									  before ? before->remove_count : 0, after.remove,
									  after.remove_count);
	scim_know_members(write->target.table, write->target.tenant, &write->row, true);
	write->result->member_count = write->row.members.count;
}

/* ---- what was merged ---- */

static void
set_side(const ScimWrite *write, JsonbValue *merged, const char *name, const List *side)
{
	ScimPathSet paths = {0};
	ListCell   *cell;

	foreach(cell, side)
	{
		CHECK_FOR_INTERRUPTS();
		scim_name_path_text(&paths, lfirst(cell),
							scim_top_length(write->target.type, lfirst(cell)));
	}
	scim_set_value(merged, name, scim_named_paths(&paths));
}

/* {"base_version", "mine": [paths], "theirs": [paths]} */
static void
report_merged(ScimWrite *write)
{
	MemoryContext old = MemoryContextSwitchTo(write->target.caller);
	JsonbValue *merged = scim_new_object();

	scim_set_text(merged, "base_version", pstrdup(write->call.merged_from));
	set_side(write, merged, "mine", write->merged->mine);
	set_side(write, merged, "theirs", write->merged->theirs);
	write->result->merged = merged;
	MemoryContextSwitchTo(old);
}

/* ---- the end ---- */

static void
report_written(ScimWrite *write)
{
	write->result->version = MemoryContextStrdup(write->target.caller, write->row.version);
	write->result->unchanged = write->unchanged;
	if (write->given)
		report_ignored(write);
	if (write->merged)
		report_merged(write);
}

static void
show_written(ScimWrite *write)
{
	write->result->resource = scim_show_written(&write->target, &write->row,
												write->all_groups);
	if (write->reports)
		report_written(write);
}

void
scim_write_run(ScimWrite *write, void (*body) (void *write))
{
	scim_write_note_secrets(write);
	scim_run_call(&write->call, body, write);
	if (write->options->applies)
		scim_note_applied(&write->target, &write->row, write->options->applies);
	else if (!write->result->proposed)
		show_written(write);
	SPI_finish();
}
