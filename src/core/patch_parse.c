/*
 * patch_parse.c
 *		PATCH messages and operations (RFC 7644 section 3.5.2): their form, and
 *		where their paths lead; entry point scim_parse_patch.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/object.h"
#include "core/patch_list.h"
#include "core/patch_parse.h"
#include "core/patch_whole.h"
#include "core/unknown.h"
#include "core/value.h"
#include "miscadmin.h"

static const char *const op_names[] = {
	[SCIM_OP_ADD] = "add", [SCIM_OP_REMOVE] = "remove", [SCIM_OP_REPLACE] = "replace"
};

/* ---- operations ---- */

static char *
operation_path(int index, const char *member)
{
	return psprintf("Operations[%d]%s%s", index, *member ? "." : "", member);
}

static SCIM_NORETURN void throw_operation(ScimErrorCode code, int index, const char *member,
										  const char *problem);

static void
throw_operation(ScimErrorCode code, int index, const char *member, const char *problem)
{
	char	   *path = operation_path(index, member);

	scim_throw_path(code, path, "%s %-s", path, problem);
}

static const ScimAttribute operation_members[] = {{"op"}, {"path"}, {"value"}, {NULL}};

/* What is wrong with what was given in its place. */
static const char *
must_be(const JsonbValue *given, const char *what)
{
	return psprintf("must be %s", scim_wanted_container(given, what));
}

/* The member that a key names; NULL: one that the rules let pass. */
static const char *
read_name(const ScimRules *rules, const ScimAttribute *members, const ScimWalk *walk,
		  const JsonbValue *key, const ScimPlace *place)
{
	if (rules->loose_envelope && !scim_attribute(members, key->val.string.val, key->val.string.len))
		return NULL;
	return scim_read_name(members, walk->container, key, place, SCIM_BAD_OPERATION)->name;
}

/* An operation's members; those that are not there are null. */
typedef struct Operation
{
	JsonbValue	op;
	JsonbValue	path;
	JsonbValue	value;
	bool		has_value;
	bool		has_unknown;	/* members that the rules let pass */
} Operation;

static void
read_operation(const ScimRules *rules, const JsonbValue *given, int index, Operation *operation)
{
	ScimPlace	operations = scim_place(NULL, "Operations");
	ScimPlace	place = {.up = &operations, .index = index};
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	member;

	if (!scim_is_object(given))
		throw_operation(SCIM_BAD_OPERATION, index, "", must_be(given, "an object"));
	memset(operation, 0, sizeof(*operation));
	operation->op.type = operation->path.type = operation->value.type = jbvNull;
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &member))
	{
		const char *name = read_name(rules, operation_members, &walk, &key, &place);

		if (name == NULL)
			operation->has_unknown = true;
		else if (strcmp(name, "op") == 0)
			operation->op = member;
		else if (strcmp(name, "path") == 0)
			operation->path = member;
		else
		{
			operation->value = member;
			operation->has_value = true;
		}
	}
}

static ScimOp
read_op(const JsonbValue *given, int index)
{
	for (ScimOp op = SCIM_OP_ADD; given->type == jbvString && op <= SCIM_OP_REPLACE; op++)
	{
		if (scim_same_name(given->val.string.val, given->val.string.len, op_names[op]))
			return op;
	}
	throw_operation(SCIM_BAD_OPERATION, index, "op", "must be add, remove or replace");
}

/* An operation on the resource as a whole. */
static void
parse_pathless(ScimPatch *patch, ScimOp op, const JsonbValue *value, int index)
{
	if (op == SCIM_OP_REMOVE)
		throw_operation(SCIM_NO_TARGET, index, "path", "is required to remove something");
	if (patch->reading.rules->full_replace)
		throw_operation(SCIM_BAD_OPERATION, index, "path", "is required by the profile in force");
	if (!scim_is_object(value))
		throw_operation(SCIM_BAD_OPERATION, index, "value",
						must_be(value, "an object of attributes where there is no path"));
	scim_change_all(patch, op, NULL, value);
}

static void
parse_operation(ScimPatch *patch, const JsonbValue *given, int index)
{
	const ScimRules *rules = patch->reading.rules;
	Operation	operation;
	const JsonbValue *path = &operation.path;
	ScimOp		op;

	read_operation(rules, given, index, &operation);
	op = read_op(&operation.op, index);
	patch->is_vague = operation.has_unknown && !operation.has_value;
	if (!operation.has_value && (op == SCIM_OP_ADD || (op == SCIM_OP_REPLACE &&
													   !rules->empty_clears)))
		throw_operation(SCIM_BAD_OPERATION, index, "value", "is required");
	if (path->type == jbvNull)
		parse_pathless(patch, op, &operation.value, index);
	else if (path->type != jbvString)
		throw_operation(SCIM_BAD_OPERATION, index, "path", "must be a string");
	else
		scim_change_at(patch, op, path->val.string.val, path->val.string.len, &operation.value);
}

/* ---- the message ---- */

static const ScimAttribute message_members[] = {{"schemas"}, {"Operations"}, {NULL}};

/* Does "schemas" say what the message is, as far as the rules ask for that? */
static bool
is_envelope(const ScimRules *rules, const JsonbValue *schemas)
{
	return scim_has_urn(schemas, SCIM_URN_PATCH) ||
		(rules->loose_envelope && (scim_is_array(schemas) || scim_is_unassigned(schemas)));
}

/* The array of operations in a PatchOp message. */
static void
open_message(const ScimRules *rules, const JsonbValue *message, JsonbValue *operations)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	schemas = {.type = jbvNull};

	operations->type = jbvNull;
	scim_walk(&walk, message->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const char *name = read_name(rules, message_members, &walk, &key, NULL);

		if (name == NULL)
			continue;
		if (strcmp(name, "schemas") == 0)
			schemas = value;
		else
			*operations = value;
	}
	if (!is_envelope(rules, &schemas))
		scim_throw_path(SCIM_BAD_OPERATION, "schemas", "schemas must contain %s", SCIM_URN_PATCH);
}

static void
check_count(int count)
{
	ScimError  *error;

	if (count <= scim_setting_max_patch_operations)
		return;
	error = scim_error(SCIM_TOO_LARGE);
	scim_error_text(error, "path", "Operations");
	scim_error_integer(error, "limit", scim_setting_max_patch_operations);
	scim_throw(error, "a patch has at most %d operations, not %d",
			   scim_setting_max_patch_operations, count);
}

/* ---- members ---- */

static void
finish_members(ScimPatch *patch, ScimMentions *mentions)
{
	ScimMemberChange *change = &patch->members;

	scim_unique_members(mentions);
	change->add = scim_members(mentions, false, &change->add_count);
	change->remove = scim_members(mentions, true, &change->remove_count);
	if (change->replace)
		change->remove_count = 0;
}

/* What is known without the group: where members are matched later, all that may be added is. */
static void
prepare_members(ScimPatch *patch)
{
	ScimMentions added = {.spell = patch->ids.others};

	patch->members.has_filters = scim_has_filters(&patch->mentions);
	if (!patch->members.has_filters)
	{
		finish_members(patch, &patch->mentions);
		return;
	}
	scim_copy_added(&patch->mentions, &added);
	finish_members(patch, &added);
}

/* Each filter looks at all members. */
static void
charge_filters(const ScimMentions *mentions, int count)
{
	ScimPatchRun run = {.operation = -1};

	for (int i = 0; i < mentions->count; i++)
	{
		if (mentions->items[i].filter)
			scim_charge(&run, scim_match_work(mentions->items[i].filter, count));
	}
}

const ScimMemberChange *
scim_match_patch_members(ScimPatch *patch, const JsonbValue *shown, const ScimMember *added,
						 int added_count, ScimMatchElements match)
{
	ScimMentions matched = {.spell = patch->ids.others};
	const JsonbValue *members = scim_new_array();

	if (shown && scim_is_array(shown) && !patch->members.replace)
		members = scim_open(shown);
	scim_set_member_types(&patch->mentions, added, added_count);
	charge_filters(&patch->mentions, members->val.array.nElems + added_count);
	scim_match_members(&patch->mentions, members, match, &matched);
	finish_members(patch, &matched);
	return &patch->members;
}

ScimPatch *
scim_parse_patch(const ScimResourceType *type, const ScimRules *rules, Jsonb *operations,
				 const ScimIds *ids)
{
	ScimPatch  *patch = palloc0(sizeof(ScimPatch));
	ScimWalk	walk;
	JsonbValue	given;
	JsonbValue	operation;

	patch->type = type;
	patch->ids = *ids;
	patch->reading = (ScimReading) {.rules = rules, .unknown = SCIM_INVALID_PATH};
	patch->mentions.spell = ids->others;
	scim_root(operations, &given);
	if (scim_is_object(&given))
	{
		JsonbValue	message = given;

		open_message(rules, &message, &given);
	}
	if (!scim_is_array(&given) || (scim_is_unassigned(&given) && !rules->loose_envelope))
		scim_throw_path(SCIM_BAD_OPERATION, "Operations", "Operations %-s",
						must_be(&given, "an array of one or more operations"));
	scim_walk(&walk, given.val.binary.data);
	check_count(walk.count);
	patch->is_empty = walk.count == 0;
	for (int i = 0; scim_walk_next(&walk, NULL, &operation); i++)
	{
		CHECK_FOR_INTERRUPTS();
		patch->operation = i;
		parse_operation(patch, &operation, i);
	}
	prepare_members(patch);
	if (rules->unknown_attributes)
		scim_log_unknown();
	return patch;
}

const ScimMemberChange *
scim_patch_members(const ScimPatch *patch)
{
	return patch->has_members ? &patch->members : NULL;
}

void
scim_visit_patch_filters(const ScimPatch *patch,
						 void (*visit) (const ScimFilter *filter, const void *argument),
						 const void *argument)
{
	for (int i = 0; i < patch->count; i++)
	{
		if (patch->steps[i].path.filter)
			visit(patch->steps[i].path.filter, argument);
	}
}

bool
scim_patch_is_empty(const ScimPatch *patch)
{
	return patch->is_empty;
}

bool
scim_patch_has_attributes(const ScimPatch *patch)
{
	return patch->count > 0;
}

bool
scim_patch_names(const ScimPatch *patch, const ScimSchema *extension,
				 const ScimAttribute *attribute)
{
	for (int i = 0; i < patch->count; i++)
	{
		const ScimPath *path = &patch->steps[i].path;

		if (path->extension == extension &&
			(attribute == NULL || path->attribute == NULL || path->attribute == attribute))
			return true;
	}
	return false;
}

bool
scim_patch_password(const ScimPatch *patch, char **password)
{
	*password = patch->password;
	return patch->has_password;
}

bool
scim_patch_needs_shown(const ScimPatch *patch)
{
	return patch->needs_shown;
}
