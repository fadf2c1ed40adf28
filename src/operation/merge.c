/*
 * merge.c
 *		A write whose expected version is stale, merged into what is there now.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/immutable.h"
#include "core/patch_parse.h"
#include "core/path.h"
#include "decision/merge_function.h"
#include "decision/policy.h"
#include "operation/answered.h"
#include "operation/merge.h"
#include "operation/past.h"
#include "operation/patched.h"
#include "operation/proposing.h"
#include "resource/groups.h"
#include "resource/show.h"

/* ---- what is asked ---- */

/* Those of the call, else those of the policy, which alone may name functions. */
static const ScimMergeRules *
read_rules(const ScimWrite *write, const ScimWriteOptions *options)
{
	const ScimPolicy *policy = write->call.policy;
	const ScimResourceType *type = write->target.type;

	if (options->merge_rules || policy == NULL)
		return scim_read_merge_rules(type, options->merge_rules);
	return scim_read_stored_rules(type, policy->merge_rules, &scim_merge_functions, true);
}

void
scim_write_take_merge(ScimWrite *write, const ScimWriteOptions *options)
{
	const ScimPolicy *policy = write->call.policy;
	const char *asked = options->on_conflict;

	if (asked == NULL && policy)
		asked = policy->on_conflict;
	write->merges = asked && strcmp(asked, "merge") == 0;
	if (!write->merges)
		scim_write_take_word(write, asked, "\"fail\", \"merge\" or \"propose\"");
	if (options->on_conflict && write->merges && write->expected == NULL)
		scim_throw_path(SCIM_NOTHING_TO_MERGE, "on_conflict",
						"on_conflict \"merge\" needs the version that the change was made of, in "
						"expected_version");
	scim_write_take_answer(write, options->answer);
	/* what is proposed is merged first, if it was made of another version */
	write->merges = write->expected && (write->merges || write->proposes != SCIM_PROPOSES_NEVER);
	write->rules = read_rules(write, options);
}

/* ---- paths ---- */

/* Does the attribute come before the path, in the order of jsonb's keys? */
static bool
comes_before(const ScimResourceType *type, const char *attribute, const char *path)
{
	int			length = strlen(attribute);
	int			other = scim_top_length(type, path);

	return length != other ? length < other : strncmp(attribute, path, length) < 0;
}

static bool
is_of(const ScimResourceType *type, const char *attribute, const char *path)
{
	int			length = strlen(attribute);

	return scim_top_length(type, path) == length && strncmp(attribute, path, length) == 0;
}

List *
scim_name_side(const ScimResourceType *type, List *paths, const char *attribute)
{
	int			i = 0;

	while (i < list_length(paths) && !comes_before(type, attribute, list_nth(paths, i)))
	{
		if (is_of(type, attribute, list_nth(paths, i)))
			return paths;
		i++;
	}
	return list_insert_nth(paths, i, unconstify(char *, attribute));
}

/* ---- mine ---- */

/*
 * The resource as a client read it then, but for what the history does not know: groups
 * that a user was in, and read-only columns, are those of now.  Ends with the past further
 * back.
 */
static Jsonb *
show_base(ScimWrite *write, ScimSince *since, Jsonb *base)
{
	const ScimTarget *target = &write->target;
	ScimRow		row;
	JsonbValue	root;
	JsonbValue *resource;

	scim_root(base, &root);
	resource = scim_open(&root);
	scim_show_columns(target->table, resource, &write->row.columns);
	scim_past_row(&since->past, &row);
	scim_read_groups(target->table, target->tenant, &write->row, 1, 0);
	row.groups = write->row.groups;
	return scim_show_tree(target->table, &row, resource, NULL, NULL, NULL, CurrentMemoryContext);
}

/* In the form that it would be stored in: what columns spell otherwise is no change. */
static Jsonb *
as_stored(const ScimWrite *write, Jsonb *document)
{
	const ScimRegistration *table = write->target.table;
	const ScimRow *row = &write->row;
	ScimSplit  *split = table->storage->split(table, document, row->stored, &row->columns);

	if (write->patch)
		scim_refuse_removal(write, split);
	return table->storage->join(table, split->data, &split->columns, true);
}

/* What must stay, and does not, is refused by what writes the merge. */
static Jsonb *
mine_of_update(const ScimWrite *write, Jsonb *base)
{
	bool		differs = false;

	return scim_keep_immutable(write->target.type, base, write->taken, true, &differs);
}

/* NULL: it does not suit the base, and nobody asked for a merge. */
static Jsonb *
mine_of_patch(ScimWrite *write, ScimSince *since, Jsonb *base)
{
	ScimPathSet differs = {0};
	Jsonb	   *shown = scim_patch_needs_shown(write->patch) ? show_base(write, since, base) : NULL;
	Jsonb	   *mine = scim_patched(write, base, shown, write->merges ? NULL : &differs);

	return differs.count > 0 ? NULL : mine;
}

/* ---- passwords ---- */

static void
add_password_conflict(const ScimResourceType *type, ScimMerge *merge)
{
	ScimMergeConflict *conflict = palloc0(sizeof(ScimMergeConflict));
	int			i = 0;

	conflict->path = conflict->attribute = "password";
	conflict->hidden = true;
	while (i < list_length(merge->conflicts) &&
		   !comes_before(type, "password",
						 ((ScimMergeConflict *) list_nth(merge->conflicts, i))->path))
		i++;
	merge->conflicts = list_insert_nth(merge->conflicts, i, conflict);
}

/* No rule decides: who does in place of a conflict? */
static void
ask_for_password(const ScimWrite *write, ScimWriteMerge *result)
{
	const ScimMergeJudge *judge = scim_judge_of_conflicts(write->rules);

	if (judge == NULL)
		add_password_conflict(write->target.type, &result->merge);
	else
		result->sets_password = judge->takes_mine(judge->argument, "password");
}

/* Both sides set it: nobody can tell whether to the same. */
static void
decide_password(const ScimWrite *write, ScimWriteMerge *result)
{
	const char *path = NULL;

	switch (scim_merge_rule_at(write->rules, "password", &path))
	{
		case SCIM_MERGE_FAIL:
		case SCIM_MERGE_FUNCTION:
			ask_for_password(write, result);
			break;
		case SCIM_MERGE_MINE:
			break;
		case SCIM_MERGE_THEIRS:
			result->sets_password = false;
			break;
		default:
			scim_throw_path(SCIM_BAD_RULE, path,
							"the rule of %s in merge_rules does not fit a password", path);
	}
}

static void
merge_passwords(const ScimWrite *write, const ScimSince *since, ScimWriteMerge *result)
{
	bool		mine = write->wanted.sets_password;
	bool		theirs = write->target.table->columns[SCIM_COLUMN_PASSWORD] &&
		scim_last_change_of(since, "password");

	result->sets_password = mine;
	if (mine)
		result->merge.mine = scim_name_side(write->target.type, result->merge.mine, "password");
	if (theirs)
		result->merge.theirs = scim_name_side(write->target.type, result->merge.theirs, "password");
	if (mine && theirs)
		decide_password(write, result);
}

/* ---- the merge ---- */

void
scim_try_merge(ScimWrite *write, ScimSince *since, ScimWriteMerge *result)
{
	const ScimTarget *target = &write->target;
	Jsonb	   *base;
	Jsonb	   *mine;

	memset(result, 0, sizeof(ScimWriteMerge));
	result->whole = write->patch == NULL;
	result->ruled = scim_has_merge_rules(write->rules);
	result->applies = since->open || write->merges;
	result->base_unknown = result->applies && !since->has_base;
	if (!since->has_base)
		return;
	base = scim_past_document(&since->past);
	mine = write->patch ? mine_of_patch(write, since, base) : mine_of_update(write, base);
	result->applies = mine != NULL;
	if (mine == NULL)
		return;
	result->base = base;
	result->mine = as_stored(write, mine);
	scim_merge_contents(target->type, base, result->mine, write->patch,
						scim_row_data(target->table, &write->row), write->rules, &result->merge);
	merge_passwords(write, since, result);
}

bool
scim_override(ScimWrite *write, ScimWriteMerge *merge)
{
	const ScimTarget *target = &write->target;
	ScimMerge	overriding;

	scim_merge_contents(target->type, merge->base, merge->mine, write->patch,
						scim_row_data(target->table, &write->row),
						scim_mine_at_conflicts(write->rules), &overriding);
	if (overriding.conflicts != NIL)
		return false;
	write->conflicts = merge->merge.conflicts;
	merge->merge.merged = overriding.merged;
	merge->merge.conflicts = NIL;
	return true;
}

void
scim_merge_into_row(ScimWrite *write, Jsonb *base, ScimWriteMerge *result)
{
	const ScimTarget *target = &write->target;

	memset(result, 0, sizeof(ScimWriteMerge));
	result->applies = true;
	result->mine = as_stored(write, scim_patched(write, base, NULL, NULL));
	scim_merge_contents(target->type, base, result->mine, write->patch,
						scim_row_data(target->table, &write->row),
						scim_read_merge_rules(target->type, NULL), &result->merge);
	result->touches_members = write->has_members;
	result->members = write->change;
}
