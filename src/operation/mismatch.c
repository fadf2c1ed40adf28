/*
 * mismatch.c
 *		VERSION_MISMATCH that answers.
 *
 * Values are shown only to who asks; the server's log gets paths, and of these not
 * what stands in their brackets, as emails[value eq "..."] holds a value, too.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/merge_rules.h"
#include "operation/mismatch.h"
#include "resource/show.h"

static void
set_count_if_any(JsonbValue *object, const char *name, int count)
{
	if (count > 0)
		scim_set_integer(object, name, count);
}

/* ---- who changed what ---- */

static JsonbValue *
show_change(const ScimSinceChange *change)
{
	JsonbValue *shown = scim_new_object();

	scim_set_date_time(shown, "at", change->at);
	scim_set_optional_text(shown, "tool", change->tool);
	scim_set_optional_text(shown, "actor", change->actor);
	scim_set_optional_text(shown, "principal", change->principal);
	scim_set_optional_text(shown, "agent", change->agent);
	scim_set_value(shown, "changed", scim_new_texts(change->changed));
	scim_set_optional_text(shown, "version", change->version);
	return shown;
}

/* Nothing of it is a value, but what a client calls itself is no business of the log's. */
static void
add_changes(ScimError *error, const ScimSince *since)
{
	JsonbValue *changes = scim_new_array();
	int			count = list_length(since->changes);

	for (int i = 0; i < Min(count, SCIM_SHOWN_CHANGES); i++)
		scim_append(changes, show_change(list_nth(since->changes, i)));
	scim_error_list(error, "changed_attributes", scim_changed_since(since));
	scim_error_private(error, "changes", changes, NULL);
	if (count > SCIM_SHOWN_CHANGES)
		scim_error_integer(error, "more_changes", count - SCIM_SHOWN_CHANGES);
}

/* ---- conflicts ---- */

/* What of them is told. */
typedef struct Shown
{
	const ScimSince *since;
	JsonbValue *conflicts;
	JsonbValue *paths;			/* the same for the log */
	int			more;			/* conflicts that are left out */
	int			omitted;		/* values that are */
} Shown;

static void
log_path(JsonbValue *paths, const char *path)
{
	char	   *bare = scim_bare_path(path);

	for (int i = 0; i < paths->val.array.nElems; i++)
	{
		if (scim_string_is(&paths->val.array.elems[i], bare))
			return;
	}
	scim_append_text(paths, bare);
}

static bool
is_shown(const char *path)
{
	return strlen(path) <= SCIM_SHOWN_VALUE;
}

/* A side whose value is too long is named in "omitted": it is not unassigned. */
static void
add_value(JsonbValue *conflict, JsonbValue *omitted, const char *side, const JsonbValue *value)
{
	if (value == NULL)
		return;
	if (scim_json_size(value) > SCIM_SHOWN_VALUE)
		scim_append_text(omitted, side);
	else
		scim_set_value(conflict, side, value);
}

static void
add_values(Shown *shown, JsonbValue *object, const ScimMergeConflict *conflict)
{
	JsonbValue *omitted = scim_new_array();

	add_value(object, omitted, "base", conflict->base);
	add_value(object, omitted, "mine", conflict->mine);
	add_value(object, omitted, "theirs", conflict->theirs);
	if (omitted->val.array.nElems > 0)
		scim_set_value(object, "omitted", omitted);
	shown->omitted += omitted->val.array.nElems;
}

static void
add_author(JsonbValue *conflict, const ScimSinceChange *change)
{
	JsonbValue *author;

	if (change == NULL)
		return;
	author = scim_new_object();
	scim_set_date_time(author, "at", change->at);
	scim_set_optional_text(author, "actor", change->actor);
	scim_set_optional_text(author, "principal", change->principal);
	scim_set_optional_text(author, "agent", change->agent);
	scim_set_value(conflict, "changed_by", author);
}

/* What is never returned has no values here, whoever put them there. */
static void
show_conflict(Shown *shown, const ScimMergeConflict *conflict)
{
	JsonbValue *object = scim_new_object();

	scim_set_text(object, "path", conflict->path);
	if (!conflict->hidden)
		add_values(shown, object, conflict);
	add_author(object, scim_last_change_of(shown->since, conflict->attribute));
	scim_append(shown->conflicts, object);
	log_path(shown->paths, conflict->path);
}

static void
show_conflicts(Shown *shown, const List *conflicts)
{
	ListCell   *cell;

	shown->conflicts = scim_new_array();
	shown->paths = scim_new_array();
	foreach(cell, conflicts)
	{
		const ScimMergeConflict *conflict = lfirst(cell);

		if (shown->conflicts->val.array.nElems < SCIM_SHOWN_CONFLICTS && is_shown(conflict->path))
			show_conflict(shown, conflict);
		else
			shown->more++;
	}
}

/* ---- the merge ---- */

/* What one side changed, "side"; of many paths the first ones, and how many "more" there are. */
static void
add_paths(JsonbValue *object, const char *side, const char *more, const List *paths)
{
	JsonbValue *array = scim_new_array();
	ListCell   *cell;

	foreach(cell, paths)
	{
		if (array->val.array.nElems < SCIM_NAMED_PATHS && is_shown(lfirst(cell)))
			scim_append_text(array, lfirst(cell));
	}
	scim_set_value(object, side, array);
	set_count_if_any(object, more, list_length(paths) - array->val.array.nElems);
}

static void
add_clean(ScimError *error, const ScimMerge *merge)
{
	JsonbValue *shown = scim_new_object();
	JsonbValue *logged = scim_new_object();

	scim_set_bool(logged, "clean", true);
	scim_set_bool(shown, "clean", true);
	add_paths(shown, "mine", "more_mine", merge->mine);
	add_paths(shown, "theirs", "more_theirs", merge->theirs);
	scim_error_private(error, "merge", shown, logged);
}

static JsonbValue *
unclean(const Shown *shown, const JsonbValue *conflicts)
{
	JsonbValue *merge = scim_new_object();

	scim_set_bool(merge, "clean", false);
	scim_set_value(merge, "conflicts", conflicts);
	set_count_if_any(merge, "more_conflicts", shown->more);
	set_count_if_any(merge, "omitted_values", shown->omitted);
	return merge;
}

static void
add_conflicts(ScimError *error, const ScimSince *since, const ScimMerge *merge)
{
	Shown		shown = {.since = since};

	show_conflicts(&shown, merge->conflicts);
	scim_error_private(error, "merge", unclean(&shown, shown.conflicts),
					   unclean(&shown, shown.paths));
}

static void
add_unknown_base(ScimError *error)
{
	JsonbValue *merge = scim_new_object();

	scim_set_text(merge, "reason", "BASE_UNKNOWN");
	scim_error_private(error, "merge", merge, merge);
}

static void
add_merge(ScimError *error, const ScimSince *since, const ScimWriteMerge *merge)
{
	if (merge->base_unknown)
		add_unknown_base(error);
	else if (merge->merge.conflicts)
		add_conflicts(error, since, &merge->merge);
	else
		add_clean(error, &merge->merge);
}

/* ---- the answer ---- */

/*
 * What there is to do depends on what the merge came to.  Updates and patches have always one:
 * what has none, and no situation of its own, is a restore.
 */
static ScimErrorCode
situation_with(ScimErrorCode situation, const ScimWriteMerge *merge)
{
	if (merge == NULL)
		return situation == SCIM_VERSION_MISMATCH ? SCIM_RESTORE_STALE : situation;
	if (!merge->applies)
		return situation;
	if (merge->base_unknown)
		return SCIM_BASE_UNKNOWN;
	if (merge->merge.conflicts == NIL)
		return merge->ruled ? SCIM_MERGE_IS_RULED : SCIM_MERGE_IS_CLEAN;
	return merge->whole ? SCIM_UPDATE_CONFLICTS : SCIM_PATCH_CONFLICTS;
}

static void
add_next_steps(ScimError *error, ScimErrorCode situation)
{
	JsonbValue *steps = scim_new_array();

	scim_append_text(steps, scim_hint(situation));
	scim_error_private(error, "next_steps", steps, NULL);
}

void
scim_throw_stale(const ScimTarget *target, ScimErrorCode situation, const char *id,
				 const char *expected, const ScimRow *row, const ScimSince *since,
				 const ScimWriteMerge *merge)
{
	ScimError  *error;

	/* who may not read the history is told nothing of it, nor why, unless it was to be used */
	if (!since->open && !(merge && merge->applies))
		scim_throw_mismatch(scim_mismatch(target, situation, id, expected, row->version));
	situation = situation_with(situation, merge);
	error = scim_mismatch(target, situation, id, expected, row->version);
	if (since->told)
		add_changes(error, since);
	if (merge && merge->applies)
		add_merge(error, since, merge);
	add_next_steps(error, situation);
	scim_throw_mismatch(error);
}
