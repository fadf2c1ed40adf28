/*
 * mismatch_steps.c
 *		What an agent is told to do after VERSION_MISMATCH.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/merge_rules.h"
#include "lib/stringinfo.h"
#include "tools/consult_way.h"
#include "tools/envelope.h"
#include "tools/mismatch_steps.h"
#include "tools/named_tools.h"

/* A path that is longer is no example. */
#define EXAMPLE_BYTES 100

/* ---- the words ---- */

/* Where "current" is shown, and where it is too large for that. */
#define SHOWN_STEP "current is the {one} as it is now: "
#define READ_STEP \
	"The {one} is too large to be shown here: read what you need of it with scim_get_{one} and " \
	"attributes%s. Then "
#define UNREAD_STEP	"The {one} is too large to be shown here. Read what you need of it, then "
#define MEMBERS_STEP " (members with scim_list_group_members)"

/* Nothing is known of a merge. */
#define MERGE_STEP \
	"decide whether you still want your change, merge it into current, and make the call again " \
	"with expected_version = "
#define PATCH_STEP \
	"decide whether you still want your change, and make it with scim_patch_{one} and " \
	"expected_version = "
#define OWN_STEP \
	"decide whether you still want your change, and make it to what is there now, with " \
	"expected_version = "

#define CLEAN_STEP \
	"Both changes fit together: make the same call again, with the same expected_version and " \
	"on_conflict \"merge\", and nothing is lost."
#define RULED_STEP \
	"By merge_rules both changes fit together: make the same call again, with the same " \
	"expected_version and merge_rules and on_conflict \"merge\"."

/* Of conflicts: in an update, a patch (a rule follows), an update of what is not shown. */
#define DECIDE_STEP "decide for each path of merge.conflicts whose value is to stand, "
#define MERGE_ON \
	" with expected_version = current_version, on_conflict \"merge\" and, where yours is to " \
	"stand whatever comes in between, merge_rules such as "
#define WHOLE_STEP \
	"write that, and your other changes, into current, and send the whole of it" MERGE_ON
#define OPERATIONS_STEP "and send the operations that are still to be done" MERGE_ON
#define YOURS_STEP \
	"and write what is yours with scim_patch_{one} and expected_version = the _version that you " \
	"read."
#define ALL_STEP \
	"and write that, and what others changed, with expected_version = the _version that you read."
#define ONCE_MORE_STEP " The same data once more would undo what others changed."
#define LIST_STEP \
	" A list that is replaced whole must have what others changed in it, or that is undone."

/* In front of any of these, and in place of them. */
#define ASK_STEP \
	"Your client could not ask your user: ask him what is to stand, in your own words. "
#define DECLINED_STEP \
	"Your user was asked, and did not agree: nothing was written. Leave it so, unless he says " \
	"otherwise."

/* Beside any of these. */
#define HOLD_STEP \
	"Others keep changing the same: to be sure, hold the {one} with scim_lease first, and name " \
	"its lease_id in the call."

/* ---- which of them ---- */

static const char *
text_for(const ScimToolCall *call, const char *step)
{
	return scim_tool_text(step, scim_subject_of(call->tool, call->type));
}

/* The first that names no tool which the caller has not; where one is always there, two will do. */
static const char *
first_for(const ScimToolCall *call, const char *step, const char *otherwise)
{
	const char *const steps[] = {step, otherwise, NULL};

	return scim_first_with_tools(steps, scim_subject_of(call->tool, call->type));
}

/* How one comes to know what is there. */
static const char *
look_step(const ScimToolCall *call, bool is_shown)
{
	const char *members = call->type->has_members ? first_for(call, MEMBERS_STEP, "") : "";

	return is_shown ? SHOWN_STEP : first_for(call, psprintf(READ_STEP, members), UNREAD_STEP);
}

/* A rule for the first of the conflicts. */
static const char *
example_rule(const JsonbValue *conflicts)
{
	JsonbValue *first = scim_open(&scim_open(conflicts)->val.array.elems[0]);
	const char *path = scim_string_copy(scim_get(first, "path", strlen("path")));
	JsonbValue *rule = scim_new_object();
	StringInfoData json;

	if (strlen(path) > EXAMPLE_BYTES)
		path = scim_bare_path(path);
	scim_set_text(rule, strlen(path) > EXAMPLE_BYTES ? "*" : path, "mine");
	initStringInfo(&json);
	scim_append_json(&json, rule);
	return json.data;
}

static const char *
conflicts_step(const ScimToolCall *call, const JsonbValue *conflicts, bool is_shown)
{
	bool		whole = call->tool->id == TOOL_UPDATE;
	const char *act = !whole ? OPERATIONS_STEP : is_shown ? WHOLE_STEP
	: first_for(call, YOURS_STEP, ALL_STEP);
	const char *step = text_for(call, psprintf("%s%s%s", look_step(call, is_shown), DECIDE_STEP,
											   act));

	if (whole && !is_shown)
		return psprintf("%s%s", step, LIST_STEP);
	return psprintf("%s%s.%s", step, example_rule(conflicts), whole ? ONCE_MORE_STEP : LIST_STEP);
}

/* Where nothing is known of a merge; or nothing could be merged. */
static const char *
plain_step(const ScimToolCall *call, bool is_shown)
{
	const char *own = call->tool->pattern->after_mismatch;

	return text_for(call, psprintf("%s%s%s", look_step(call, is_shown),
								   own ? own : is_shown ? MERGE_STEP
								   : first_for(call, PATCH_STEP, OWN_STEP),
								   is_shown ? "current_version." : "the _version that you read."));
}

void
scim_say_mismatch_step(const ScimToolCall *call, JsonbValue *content, const JsonbValue *merge,
					   bool is_shown)
{
	JsonbValue	clean;
	JsonbValue	conflicts;
	const char *step;

	if (call->consulted.decision)
	{
		scim_set_next_step(content, DECLINED_STEP);
		return;
	}
	if (merge && scim_find_member(merge, "conflicts", &conflicts))
		step = conflicts_step(call, &conflicts, is_shown);
	else if (merge && scim_find_member(merge, "clean", &clean))
		step = call->given[PARAM_MERGE_RULES] ? RULED_STEP : CLEAN_STEP;
	else
		step = plain_step(call, is_shown);
	scim_set_next_step(content, scim_asks_user(call) ? psprintf("%s%s", ASK_STEP, step) : step);
	if (call->keeps_changing && scim_has_named_tools(HOLD_STEP))
		scim_add_next_step(content, text_for(call, HOLD_STEP));
}
