/*
 * arguments.c
 *		Checks the arguments of a call against the catalogue.
 *
 * Null and "" stand for an argument that is left out, as there are clients that
 * cannot leave out any; not for expected_version, which decides whether others'
 * work may be overwritten.
 *
 * Texts of errors name an argument and what is expected; they never repeat the
 * argument's value, which may be a secret that went to the wrong place.  Only
 * a malformed expected_version is shown, as its error promises.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/place.h"
#include "core/resource.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "operation/once.h"
#include "registry/schemas.h"
#include "tools/arguments.h"
#include "tools/duplicates.h"
#include "tools/fit.h"
#include "tools/offered.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* JSON text to jsonb, with the server's own parser. */
static void
parse(ScimToolCall *call)
{
	char	   *json = text_to_cstring(call->source);
	Jsonb	   *arguments;

	call->parsing = true;
	arguments = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
	call->parsing = false;
	scim_refuse_duplicates(json);
	call->arguments = arguments;
}

static SCIM_NORETURN void unknown_argument(const ScimToolCall *call, const JsonbValue *key);

static void
unknown_argument(const ScimToolCall *call, const JsonbValue *key)
{
	char	   *name = scim_string_copy(key);
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < SCIM_PARAMETERS; i++)
		if (scim_tool_shows(call->tool, i))
			appendStringInfo(&known, "%s%s", known.len ? ", " : "", call->tool->parameters[i]);
	if (known.len == 0)
		scim_throw_path(SCIM_INVALID_ARGUMENT, name, "unknown argument '%s': %s takes none",
						name, call->tool->name);
	scim_throw_path(SCIM_INVALID_ARGUMENT, name, "unknown argument '%s': %s takes %-s",
					name, call->tool->name, known.data);
}

/* What frameworks send that make every optional parameter a required one. */
static bool
is_empty(const JsonbValue *value)
{
	return value->type == jbvNull || (value->type == jbvString && value->val.string.len == 0);
}

/* Lists that ask for nothing when they name nothing. */
static bool
may_be_empty(int id)
{
	return id == PARAM_ATTRIBUTES || id == PARAM_EXCLUDED_ATTRIBUTES || id == PARAM_IDS ||
		id == PARAM_SEEN;
}

/* Does the call do without it? */
static bool
is_left_out(const ScimTool *tool, int id, const JsonbValue *value)
{
	if (tool->required[id])
		return value->type == jbvNull;
	return is_empty(value) ||
		(may_be_empty(id) && scim_is_array(value) && scim_is_unassigned(value));
}

static SCIM_NORETURN void bad_version(const JsonbValue *value);

static void
bad_version(const JsonbValue *value)
{
	StringInfoData given;

	initStringInfo(&given);
	if (value->type == jbvString)
		appendBinaryStringInfo(&given, value->val.string.val, value->val.string.len);
	else
		scim_append_json(&given, value);
	scim_throw_version_format(SCIM_NO_TOOL_VERSION, "expected_version", given.data);
}

/* 1e400 is none of ours. */
static bool
is_integer(const JsonbValue *value, int *result)
{
	int64		number = 0;
	bool		is_whole = scim_is_whole_number(value, &number);

	*result = (int) number;
	return is_whole && number >= PG_INT32_MIN && number <= PG_INT32_MAX;
}

static bool
is_array_of_strings(const JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	element;

	if (value->type != jbvBinary || !scim_is_array(value))
		return false;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &element))
	{
		CHECK_FOR_INTERRUPTS();
		if (element.type != jbvString)
			return false;
	}
	return true;
}

static bool
is_key(const JsonbValue *value)
{
	return value->type == jbvString &&
		pg_mbstrlen_with_len(value->val.string.val, value->val.string.len) <= SCIM_MOST_KEY;
}

/* How many a text lists; 0: it is no such text. */
static int
count_uuids(const JsonbValue *value)
{
	ScimUuids	uuids;

	return value->type == jbvString && scim_read_uuids(scim_string_copy(value), &uuids)
		? uuids.count
		: 0;
}

/* The one of the words that it is, in any case, as the list has it; NULL: none. */
static const char *
word_of(const char *const *words, const JsonbValue *value)
{
	while (value->type == jbvString && *words)
	{
		if (scim_same_name(value->val.string.val, value->val.string.len, *words))
			return *words;
		words++;
	}
	return NULL;
}

/* As a choice: "fail" or "merge". */
static const char *
named_words(const char *const *words)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; words[i]; i++)
		appendStringInfo(&out, "%s\"%s\"", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
	return out.data;
}

/* What a value of the parameter has to be, or NULL when this one is. */
static const char *
expected_instead(const ScimParameter *parameter, const JsonbValue *value)
{
	int			ignored;
	JsonbValue	member;

	switch (parameter->kind)
	{
		case ARGUMENT_TEXT:
		case ARGUMENT_VERSION:
			return value->type == jbvString ? NULL : "a string";
		case ARGUMENT_KEY:
			return is_key(value) ? NULL
				: scim_phrase("a string of 1 to %d characters", SCIM_MOST_KEY);
		case ARGUMENT_INTEGER:
			return is_integer(value, &ignored) ? NULL
				: "an integer between -2147483648 and 2147483647";
		case ARGUMENT_BOOLEAN:
			return value->type == jbvBool ? NULL : "true or false";
		case ARGUMENT_TEXTS:
			return is_array_of_strings(value) ? NULL
				: scim_wanted_container(value, "an array of strings");
		case ARGUMENT_UUID:
			return count_uuids(value) == 1 ? NULL : "a uuid";
		case ARGUMENT_UUIDS:
			return count_uuids(value) > 0 ? NULL : "a uuid, or several with commas between them";
		case ARGUMENT_SEEN:
			return scim_is_array(value) ? NULL
				: scim_wanted_container(value, "an array of resources");
		case ARGUMENT_WORD:
			return word_of(parameter->words, value) ? NULL : named_words(parameter->words);
		case ARGUMENT_RESOURCE:
		case ARGUMENT_RULES:
			return scim_is_object(value) ? NULL : scim_wanted_container(value, "an object");
		case ARGUMENT_OPERATIONS:
		case ARGUMENT_PROPOSED:
			if (scim_is_object(value) && scim_find(value->val.binary.data, "op", &member))
				return "an array of operations, not one alone";
			return scim_is_array(value) || scim_is_object(value)
				? NULL
				: scim_wanted_container(value, "an array of operations");
		case ARGUMENT_BULK:
			if (scim_is_object(value) && scim_find(value->val.binary.data, "method", &member))
				return "an array of operations, not one alone";
			return scim_is_array(value) || scim_is_object(value)
				? NULL
				: scim_wanted_container(value, "an array of operations");
		case ARGUMENT_SCALAR:
			return value->type == jbvString || value->type == jbvNumeric || value->type == jbvBool
				? NULL
				: "a string, a number or a boolean";
	}
	return NULL;
}

static SCIM_NORETURN void unknown_type(void);

static void
unknown_type(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		appendStringInfo(&names, "%s%s", names.len ? ", " : "", (*type)->name);
	scim_throw_path(SCIM_INVALID_ARGUMENT, "resource_type",
					"there is no such resource type; there are %-s", names.data);
}

/* Noted at once: the answer to an error further on names the resource too. */
static void
note_argument(ScimToolCall *call, int id, const JsonbValue *value)
{
	if (id == PARAM_ID)
		call->id = scim_string_copy(value);
	else if (id == PARAM_TENANT_ID)
		call->tenant = scim_string_copy(value);
	else if (id == PARAM_EXPECTED_VERSION)
		call->expected = scim_string_copy(value);
	else if (id == PARAM_RESOURCE_TYPE)
	{
		call->type = scim_resource_type(scim_string_copy(value));
		if (!call->type)
			unknown_type();
	}
}

static void
take_argument(ScimToolCall *call, const JsonbValue *key, const JsonbValue *value)
{
	const ScimTool *tool = call->tool;
	const char *wanted;
	int			id;

	for (id = 0; id < SCIM_PARAMETERS; id++)
		if (tool->parameters[id] && scim_string_is(key, tool->parameters[id]))
			break;
	if (id == SCIM_PARAMETERS)
		unknown_argument(call, key);

	if (scim_parameters[id].kind == ARGUMENT_VERSION &&
		(value->type != jbvString || is_empty(value) || scim_string_is(value, "*")))
	{
		call->given[id] = true;
		bad_version(value);
	}
	if (is_left_out(tool, id, value))
		return;
	wanted = expected_instead(&scim_parameters[id], value);
	if (wanted)
		scim_throw_path(SCIM_INVALID_ARGUMENT, tool->parameters[id], "argument %s must be %-s",
						tool->parameters[id], wanted);
	call->values[id] = *value;
	call->given[id] = true;
	note_argument(call, id, value);
}

static void
take_arguments(ScimToolCall *call)
{
	JsonbValue	root;
	JsonbValue	key;
	JsonbValue	value;
	ScimWalk	walk;

	if (!call->arguments)
		return;
	scim_root(call->arguments, &root);
	if (!scim_is_object(&root))
		scim_throw_path(SCIM_INVALID_ARGUMENT, "arguments", "arguments must be %-s",
						scim_wanted_container(&root, "an object"));
	scim_walk(&walk, &call->arguments->root);
	while (scim_walk_next(&walk, &key, &value))
		take_argument(call, &key, &value);
}

void
scim_read_arguments(ScimToolCall *call)
{
	const ScimTool *tool;

	memset(call->given, 0, sizeof(call->given));
	call->tool = tool = scim_tool_named(call->name);
	if (!tool)
		scim_throw_path(SCIM_NO_SUCH_TOOL, "name", "unknown tool '%s'", call->name);
	(void) scim_set_tool(tool->name);
	call->type = tool->subject->type ? scim_resource_type(tool->subject->type) : NULL;
	if (call->source && !call->arguments)
		parse(call);
	take_arguments(call);

	for (int id = 0; id < SCIM_PARAMETERS; id++)
		if (tool->required[id] && !call->given[id])
			scim_throw_path(SCIM_INVALID_ARGUMENT, tool->parameters[id], "argument %s is missing",
							tool->parameters[id]);
	if (scim_tool_requires_version(tool) && !call->expected)
		scim_throw(scim_error(SCIM_VERSION_REQUIRED), "%-s must be given an expected_version",
				   tool->name);
}

void
scim_refuse_together(const ScimToolCall *call, ScimParameterId one, ScimParameterId other)
{
	if (call->given[one] && call->given[other])
		scim_throw_path(SCIM_INVALID_ARGUMENT, call->tool->parameters[other],
						"arguments %s and %s do not go together", call->tool->parameters[one],
						call->tool->parameters[other]);
}

int
scim_argument_integer(const ScimToolCall *call, ScimParameterId id, int otherwise)
{
	int			result;

	if (!call->given[id])
		return otherwise;
	if (!is_integer(&call->values[id], &result))
		elog(ERROR, "argument %d was not checked", id);
	return result;
}

bool
scim_argument_boolean(const ScimToolCall *call, ScimParameterId id)
{
	return call->given[id] && call->values[id].val.boolean;
}

char *
scim_argument_text(const ScimToolCall *call, ScimParameterId id)
{
	return call->given[id] ? scim_string_copy(&call->values[id]) : NULL;
}

const char *
scim_argument_word(const ScimToolCall *call, ScimParameterId id)
{
	return call->given[id] ? word_of(scim_parameters[id].words, &call->values[id]) : NULL;
}

char **
scim_argument_texts(const ScimToolCall *call, ScimParameterId id, int *count)
{
	char	  **texts;
	ScimWalk	walk;
	JsonbValue	element;

	*count = -1;
	if (!call->given[id])
		return NULL;
	scim_walk(&walk, call->values[id].val.binary.data);
	texts = palloc(sizeof(char *) * (walk.count + 1));
	while (scim_walk_next(&walk, NULL, &element))
		texts[walk.next - 1] = scim_string_copy(&element);
	*count = walk.count;
	return texts;
}

const ScimUuids *
scim_argument_uuids(const ScimToolCall *call, ScimParameterId id)
{
	ScimUuids  *uuids;

	if (!call->given[id])
		return NULL;
	uuids = palloc(sizeof(ScimUuids));
	if (!scim_read_uuids(scim_string_copy(&call->values[id]), uuids))
		elog(ERROR, "argument %d was not checked", id);
	return uuids;
}

const pg_uuid_t *
scim_argument_uuid(const ScimToolCall *call, ScimParameterId id)
{
	return &scim_argument_uuids(call, id)->uuids[0];
}

ScimView
scim_argument_view(const ScimToolCall *call)
{
	ScimView	view;

	view.attributes = scim_argument_texts(call, PARAM_ATTRIBUTES, &view.attribute_count);
	view.excluded = scim_argument_texts(call, PARAM_EXCLUDED_ATTRIBUTES, &view.excluded_count);
	view.known_version = scim_argument_text(call, PARAM_KNOWN_VERSION);
	view.indirect_groups = scim_argument_boolean(call, PARAM_INDIRECT_GROUPS);
	view.most_members = SCIM_MOST_FITTING_MEMBERS;
	view.few_groups = false;
	view.version = true;
	view.read = NULL;
	return view;
}

/* An operation without what stands for nothing: a path "", and a value "" of what is removed. */
static const JsonbValue *
without_blanks(const JsonbValue *given)
{
	JsonbValue *operation = scim_open(given);
	JsonbValue *op = scim_get(operation, "op", strlen("op"));
	JsonbValue *path = scim_get(operation, "path", strlen("path"));
	JsonbValue *value = scim_get(operation, "value", strlen("value"));
	bool		drops_path = path && is_empty(path);
	bool		drops_value = value && is_empty(value) && op && op->type == jbvString &&
		scim_same_name(op->val.string.val, op->val.string.len, "remove");

	if (drops_path)
		scim_remove(operation, "path", strlen("path"));
	if (drops_value)
		scim_remove(operation, "value", strlen("value"));
	return drops_path || drops_value ? operation : given;
}

/* The same of what is proposed in another way: what is neither created nor deleted. */
static const JsonbValue *
without_empty(const JsonbValue *given)
{
	JsonbValue *proposed = scim_open(given);
	int			left = 0;

	for (int i = 0; i < proposed->val.object.nPairs; i++)
	{
		const JsonbValue *value = &proposed->val.object.pairs[i].value;

		if (!is_empty(value) && (value->type != jbvBool || value->val.boolean))
			proposed->val.object.pairs[left++] = proposed->val.object.pairs[i];
	}
	proposed->val.object.nPairs = left;
	return proposed;
}

Jsonb *
scim_argument_operations(const ScimToolCall *call, ScimParameterId id)
{
	const JsonbValue *given = &call->values[id];
	JsonbValue *operations = scim_new_array();
	ScimWalk	walk;
	JsonbValue	operation;

	if (!call->given[id])
		return NULL;
	if (!scim_is_array(given))
		return scim_write(scim_parameters[id].kind == ARGUMENT_PROPOSED ? without_empty(given)
						  : given);
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, NULL, &operation))
	{
		CHECK_FOR_INTERRUPTS();
		scim_append(operations,
					scim_is_object(&operation) ? without_blanks(&operation) : &operation);
	}
	return scim_write(operations);
}

Jsonb *
scim_argument_jsonb(const ScimToolCall *call, ScimParameterId id)
{
	return call->given[id] ? scim_write(&call->values[id]) : NULL;
}
