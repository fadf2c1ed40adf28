/*
 * merging.c
 *		A merge on its way: paths, changes, conflicts, and the rules that decide them.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/merge_compute.h"
#include "core/merging.h"

void
scim_begin_merging(ScimMerging *merging, const ScimMergeRules *rules, ScimMerge *merge)
{
	memset(merging, 0, sizeof(ScimMerging));
	memset(merge, 0, sizeof(ScimMerge));
	merging->rules = rules;
	merging->merge = merge;
	initStringInfo(&merging->path);
}

void
scim_set_merged(ScimMerged *merged, const JsonbValue *value)
{
	merged->assigned = value != NULL;
	if (value)
		merged->value = *value;
}

/* ---- where it is ---- */

int
scim_enter_part(ScimMerging *merging, const char *separator, const JsonbValue *name)
{
	int			back = merging->path.len;

	appendStringInfoString(&merging->path, separator);
	appendBinaryStringInfo(&merging->path, name->val.string.val, name->val.string.len);
	return back;
}

void
scim_leave_part(ScimMerging *merging, int back)
{
	merging->path.len = back;
	merging->path.data[back] = '\0';
}

/*
 * Long names of what holds much would make far more text than there is content: the
 * server's limit of an array's elements holds while it is made.
 */
static char *
path_at_hand(ScimMerging *merging)
{
	merging->paths_size += merging->path.len;
	scim_check_children(merging->paths_size);
	return pnstrdup(merging->path.data, merging->path.len);
}

/* ---- what it has found ---- */

void
scim_add_changed(ScimMerging *merging, int side)
{
	List	  **paths = side == SCIM_MINE ? &merging->merge->mine : &merging->merge->theirs;

	if (merging->told)
		return;
	*paths = lappend(*paths, path_at_hand(merging));
}

static const JsonbValue *
copy_of(const JsonbValue *value)
{
	JsonbValue *copy;

	if (value == NULL)
		return NULL;
	copy = palloc(sizeof(JsonbValue));
	scim_root(scim_write(value), copy);
	return copy;
}

static char *
attribute_at_hand(const ScimMerging *merging)
{
	return pnstrdup(merging->path.data, merging->attribute);
}

static ScimMergeConflict *
add_conflict(ScimMerging *merging)
{
	ScimMergeConflict *conflict = palloc0(sizeof(ScimMergeConflict));

	conflict->path = path_at_hand(merging);
	conflict->attribute = attribute_at_hand(merging);
	merging->merge->conflicts = lappend(merging->merge->conflicts, conflict);
	return conflict;
}

/* ---- what becomes of it ---- */

bool
scim_is_counted(const ScimMerging *merging)
{
	return scim_merge_rules_have_counter(merging->rules) &&
		scim_merge_rule_at(merging->rules, merging->path.data, NULL) == SCIM_MERGE_COUNTER;
}

bool
scim_is_decided_whole(const ScimMerging *merging)
{
	return scim_is_for_function(merging->rules, merging->path.data);
}

static SCIM_NORETURN void throw_rule(const ScimMerging *merging, ScimMergeRule rule,
									 const char *path);

static void
throw_rule(const ScimMerging *merging, ScimMergeRule rule, const char *path)
{
	scim_throw_path(SCIM_BAD_RULE, path, "\"%-s\" decides nothing at %s: it is for %-s",
					scim_merge_rule_name(rule), scim_bare_path(merging->path.data),
					rule == SCIM_MERGE_COUNTER ? "numbers" : "two numbers, or two dateTimes");
}

/* By a rule that takes a side; false: it does not. */
static bool
take_side(ScimMergeRule rule, const JsonbValue *const *of, ScimMerged *merged)
{
	scim_set_merged(merged, of[rule == SCIM_MERGE_MINE ? SCIM_MINE : SCIM_THEIRS]);
	return rule == SCIM_MERGE_MINE || rule == SCIM_MERGE_THEIRS;
}

/* By a function of the application's; false: none decides. */
static bool
call_function(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	const JsonbValue *result = NULL;

	if (merging->asks_nobody ||
		!scim_call_merge_function(merging->rules, merging->path.data, of, &result))
		return false;
	scim_set_merged(merged, result);
	return true;
}

/* By one that computes; false: there is nothing to compute. */
static bool
compute(ScimMerging *merging, ScimMergeRule rule, const char *path, const JsonbValue *const *of,
		ScimMerged *merged)
{
	if (scim_is_taken_away(rule, of))
		return false;
	merged->assigned = true;
	if (!scim_compute_merged(rule, of, &merged->value))
		throw_rule(merging, rule, path);
	return true;
}

/* By who decides in place of a conflict; SCIM_MERGE_FAIL: nobody does. */
static ScimMergeRule
ask_judge(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	const ScimMergeJudge *judge = scim_judge_of_conflicts(merging->rules);
	ScimMergeRule rule;

	if (judge == NULL)
		return SCIM_MERGE_FAIL;
	rule = judge->takes_mine(judge->argument, attribute_at_hand(merging)) ? SCIM_MERGE_MINE
		: SCIM_MERGE_THEIRS;
	(void) take_side(rule, of, merged);
	return rule;
}

ScimMergeRule
scim_decide(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	const char *path;
	ScimMergeRule rule = scim_merge_rule_at(merging->rules, merging->path.data, &path);
	ScimMergeConflict *conflict;

	if (take_side(rule, of, merged))
		return rule;
	if (rule == SCIM_MERGE_FUNCTION ? call_function(merging, of, merged)
		: rule != SCIM_MERGE_FAIL && compute(merging, rule, path, of, merged))
		return rule;
	if (scim_is_mine_at_conflicts(merging->rules))
	{
		scim_set_merged(merged, of[SCIM_MINE]);
		return SCIM_MERGE_MINE;
	}
	rule = ask_judge(merging, of, merged);
	if (rule != SCIM_MERGE_FAIL)
		return rule;
	conflict = add_conflict(merging);
	conflict->base = copy_of(of[SCIM_BASE]);
	conflict->mine = copy_of(of[SCIM_MINE]);
	conflict->theirs = copy_of(of[SCIM_THEIRS]);
	return SCIM_MERGE_FAIL;
}

void
scim_decide_hidden(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	const char *path;
	ScimMergeRule rule = scim_merge_rule_at(merging->rules, merging->path.data, &path);

	if (take_side(rule, of, merged))
		return;
	if (rule != SCIM_MERGE_FAIL && rule != SCIM_MERGE_FUNCTION)
		throw_rule(merging, rule, path);
	if (ask_judge(merging, of, merged) == SCIM_MERGE_FAIL)
		add_conflict(merging)->hidden = true;
}
