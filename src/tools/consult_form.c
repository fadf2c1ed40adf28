/*
 * consult_form.c
 *		The form in which the user of a client decides a conflict.
 *
 * Values are those of the mismatch (operation/mismatch.c), which leaves out what nobody is
 * shown, and what is long; here they are cut shorter still.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "lib/stringinfo.h"
#include "operation/mismatch.h"
#include "statement/own_table.h"
#include "tools/consult_form.h"
#include "tools/consult_way.h"
#include "tools/error_fields.h"
#include "tools/fit.h"

/* Of a value, and of a name, so many bytes; and so many values of one attribute. */
#define VALUE_BYTES 100
#define NAME_BYTES 60
#define MOST_VALUES 3

/* ---- the question ---- */

/* The member of the fields, or of what the merge comes to; NULL: there is none. */
static JsonbValue *
member_of(const JsonbValue *object, const char *name)
{
	JsonbValue *value = palloc(sizeof(JsonbValue));

	return object && scim_find_member(object, name, value) ? value : NULL;
}

const char *
scim_attribute_key(const char *attribute)
{
	bool		is_taken = strcmp(attribute, SCIM_DECISION) == 0 ||
		strcmp(attribute, SCIM_ALL_OTHERS) == 0;

	return is_taken ? psprintf("%s (attribute)", attribute) : attribute;
}

/* As many as the mismatch tells of; the others are decided together. */
static void
take_attributes(ScimQuestion *question, const List *attributes)
{
	ListCell   *cell;

	foreach(cell, attributes)
	{
		if (list_length(question->keys) == SCIM_SHOWN_CONFLICTS)
		{
			question->keys = lappend(question->keys, SCIM_ALL_OTHERS);
			question->attributes = lappend(question->attributes, NULL);
			return;
		}
		question->keys = lappend(question->keys,
								 unconstify(char *, scim_attribute_key(lfirst(cell))));
		question->attributes = lappend(question->attributes, lfirst(cell));
	}
}

static bool
can_propose(const ScimToolCall *call)
{
	return (call->tool->id == TOOL_DELETE || call->written.can_be_proposed) &&
		OidIsValid(scim_find_own_relation("scim_proposal_rows")) && scim_acts_itself();
}

void
scim_make_question(ScimToolCall *call, const ErrorData *error, ScimQuestion *question)
{
	JsonbValue *fields = palloc(sizeof(JsonbValue));

	memset(question, 0, sizeof(ScimQuestion));
	scim_root(scim_error_fields(call, error), fields);
	question->call = call;
	question->fields = fields;
	question->seen = scim_string_copy(member_of(fields, "current_version"));
	question->decisions = list_make2(SCIM_APPLY_MINE, SCIM_KEEP_CURRENT);
	take_attributes(question, call->written.conflicting);
	if (question->keys)
		question->decisions = lappend(question->decisions, SCIM_CHOOSE);
	if (can_propose(call))
		question->decisions = lappend(question->decisions, SCIM_PROPOSE_IT);
}

/* ---- what both changed ---- */

/* Is the path that of the attribute, or of a part of it? */
static bool
leads_into(const JsonbValue *path, const char *attribute)
{
	int			length = strlen(attribute);

	return path->val.string.len >= length &&
		memcmp(path->val.string.val, attribute, length) == 0 &&
		(path->val.string.len == length || strchr(".[", path->val.string.val[length]));
}

static bool
is_left_out(const JsonbValue *conflict, const char *side)
{
	JsonbValue *omitted = member_of(conflict, "omitted");
	JsonbValue	one;
	ScimWalk	walk;

	if (omitted == NULL)
		return false;
	scim_walk(&walk, omitted->val.binary.data);
	while (scim_walk_next(&walk, NULL, &one))
	{
		if (scim_string_is(&one, side))
			return true;
	}
	return false;
}

static const char *
shown_side(const JsonbValue *conflict, const char *side)
{
	const JsonbValue *value = member_of(conflict, side);
	StringInfoData json;

	if (value == NULL)
		return is_left_out(conflict, side) ? "(long)" : "nothing";
	initStringInfo(&json);
	scim_append_json(&json, value);
	return scim_clip(json.data, VALUE_BYTES);
}

/* What nobody is shown has no side that would tell of it. */
static bool
is_hidden(const JsonbValue *conflict)
{
	return !member_of(conflict, "base") && !member_of(conflict, "mine") &&
		!member_of(conflict, "theirs") && !member_of(conflict, "omitted");
}

static void
append_conflict(StringInfo out, const JsonbValue *conflict)
{
	JsonbValue *path = member_of(conflict, "path");
	JsonbValue *author = member_of(conflict, "changed_by");
	JsonbValue *actor = author ? member_of(author, "actor") : NULL;
	const char *by = "";

	if (actor)
		by = psprintf(" by %s", scim_clip(scim_string_copy(actor), NAME_BYTES));
	appendStringInfo(out, "%s%s", out->len ? "; " : "",
					 scim_clip(scim_string_copy(path), VALUE_BYTES));
	if (is_hidden(conflict))
		appendStringInfo(out, ": both changed it, theirs%s; it is not shown", by);
	else
		appendStringInfo(out, ": mine %s, theirs%s %s, before %s", shown_side(conflict, "mine"), by,
						 shown_side(conflict, "theirs"), shown_side(conflict, "base"));
}

/* The values of the attribute; "" where the mismatch tells none of them. */
static char *
describe_attribute(const ScimQuestion *question, const char *attribute)
{
	JsonbValue *merge = member_of(question->fields, "merge");
	JsonbValue *conflicts = member_of(merge, "conflicts");
	StringInfoData out;
	ScimWalk	walk;
	JsonbValue	conflict;
	int			more = 0;
	int			shown = 0;

	initStringInfo(&out);
	if (conflicts == NULL)
		return out.data;
	scim_walk(&walk, conflicts->val.binary.data);
	while (scim_walk_next(&walk, NULL, &conflict))
	{
		if (!leads_into(member_of(&conflict, "path"), attribute))
			continue;
		if (shown++ < MOST_VALUES)
			append_conflict(&out, &conflict);
		else
			more++;
	}
	if (more > 0)
		appendStringInfo(&out, "; and %d more in it", more);
	return out.data;
}

/* ---- the words ---- */

#define DELETE_MINE "apply_mine: delete it as it is now"
#define WHOLE_UNKNOWN \
	"apply_mine: write all of it as the change has it, and undo whatever else others changed, " \
	"which nobody can tell"
#define PATCH_UNKNOWN "apply_mine: make the change to it as it is now"
#define CLEAN_MINE "apply_mine: make the change beside theirs, with which it does not collide"
#define OVER_MINE \
	"apply_mine: make the change, and let it stand where both changed the same; what else others " \
	"changed stays"
#define KEEP "; keep_current: leave all as it is"
#define CHOOSE "; choose: decide for each attribute below"
#define PROPOSE "; propose: write nothing, and let others decide"

static const char *
mine_word(const ScimQuestion *question)
{
	const JsonbValue *merge = member_of(question->fields, "merge");

	if (question->call->tool->id == TOOL_DELETE)
		return DELETE_MINE;
	if (question->keys)
		return OVER_MINE;
	if (merge && member_of(merge, "clean"))
		return CLEAN_MINE;
	return question->call->tool->id == TOOL_UPDATE ? WHOLE_UNKNOWN : PATCH_UNKNOWN;
}

static const char *
decision_words(const ScimQuestion *question)
{
	return psprintf("%s%s%s%s.", mine_word(question), KEEP, question->keys ? CHOOSE : "",
					can_propose(question->call) ? PROPOSE : "");
}

static const char *
kind_of(const ScimToolCall *call)
{
	const ScimSubject *subject = scim_subject_of(call->tool, call->type);

	return subject->type ? subject->one : call->type->name;
}

/* What people call the resource. */
static const char *
name_of(const ScimToolCall *call)
{
	static const char *const names[] = {"userName", "displayName"};
	JsonbValue	name;

	for (int i = 0; call->current && i < (int) lengthof(names); i++)
	{
		if (scim_find(&call->current->root, names[i], &name) && name.type == jbvString)
			return psprintf("%s (%s)", scim_clip(scim_string_copy(&name), NAME_BYTES),
							scim_clip_name(call->id));
	}
	return scim_clip_name(call->id);
}

static void
append_list(StringInfo out, const char *before, const JsonbValue *names)
{
	ScimWalk	walk;
	JsonbValue	name;
	int			shown = 0;

	if (names == NULL)
		return;
	scim_walk(&walk, names->val.binary.data);
	while (shown < SCIM_SHOWN_CHANGES && scim_walk_next(&walk, NULL, &name))
		appendStringInfo(out, "%s%s", shown++ ? ", " : before,
						 scim_clip(scim_string_copy(&name), NAME_BYTES));
	if (walk.count > shown && shown > 0)
		appendStringInfo(out, " and %d more", walk.count - shown);
}

static const char *
message(const ScimQuestion *question)
{
	const ScimToolCall *call = question->call;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "Others changed the %s %s meanwhile", kind_of(call), name_of(call));
	append_list(&out, ": ", member_of(question->fields, "changed_attributes"));
	appendStringInfo(&out, ". So it was not %s. What is to be done?",
					 call->tool->id == TOOL_DELETE ? "deleted" : "changed as you wanted");
	return out.data;
}

/* ---- the form ---- */

static JsonbValue *
enumeration(List *words, const char *title, const char *description)
{
	JsonbValue *property = scim_new_object();

	scim_set_text(property, "type", "string");
	if (title)
		scim_set_text(property, "title", title);
	scim_set_text(property, "description", description);
	scim_set_value(property, "enum", scim_new_texts(words));
	return property;
}

static JsonbValue *
side_of(const ScimQuestion *question, const char *attribute)
{
	const char *words = attribute ? describe_attribute(question, attribute)
	: "All other attributes that both changed";

	if (words[0] == '\0')
		words = psprintf("Both changed %s", scim_clip(attribute, VALUE_BYTES));
	return enumeration(list_make2(SCIM_SIDE_MINE, SCIM_SIDE_THEIRS), NULL, words);
}

static JsonbValue *
properties(const ScimQuestion *question)
{
	JsonbValue *properties = scim_new_object();
	ListCell   *key;
	ListCell   *attribute;

	scim_set_value(properties, SCIM_DECISION,
				   enumeration(question->decisions, "Decision", decision_words(question)));
	forboth(key, question->keys, attribute, question->attributes)
		scim_set_value(properties, lfirst(key), side_of(question, lfirst(attribute)));
	return properties;
}

JsonbValue *
scim_form(const ScimQuestion *question)
{
	JsonbValue *form = scim_new_object();
	JsonbValue *schema = scim_new_object();

	scim_set_text(schema, "type", "object");
	scim_set_value(schema, "properties", properties(question));
	scim_set_value(schema, "required", scim_new_texts(list_make1(SCIM_DECISION)));
	scim_set_text(form, "mode", "form");
	scim_set_text(form, "message", message(question));
	scim_set_value(form, "requestedSchema", schema);
	return form;
}
