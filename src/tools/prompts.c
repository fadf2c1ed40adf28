/*
 * prompts.c
 *		scim_mcp_prompts, scim_mcp_prompt: what a person can ask a client of MCP for by name.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "tools/conflict_prompt.h"
#include "tools/fit.h"
#include "tools/json_parameter.h"
#include "tools/prompts.h"

PG_FUNCTION_INFO_V1(scim_mcp_prompts);
PG_FUNCTION_INFO_V1(scim_mcp_prompt);

static const ScimPrompt prompts[] = {
	{
		SCIM_RESOLVE_CONFLICT, "Resolve a conflict",
		"A write met VERSION_MISMATCH: what others changed since, what of it fits all the same, "
		"and what a person must decide",
		{
			{SCIM_PROMPT_TYPE, "The resource type, such as User"},
			{SCIM_PROMPT_ID, "The id of the resource"},
			{SCIM_PROMPT_VERSION, "The version that the change was made of"},
		}
	}
};

const ScimPrompt *
scim_prompt_named(const char *name)
{
	for (int i = 0; i < (int) lengthof(prompts); i++)
	{
		if (strcmp(prompts[i].name, name) == 0)
			return &prompts[i];
	}
	return NULL;
}

int
scim_prompt_argument(const ScimPrompt *prompt, const JsonbValue *name)
{
	for (int i = 0; i < SCIM_MOST_PROMPT_ARGUMENTS && prompt->arguments[i].name; i++)
	{
		if (scim_string_is(name, prompt->arguments[i].name))
			return i;
	}
	return -1;
}

/* ---- the list ---- */

static JsonbValue *
describe_arguments(const ScimPrompt *prompt)
{
	JsonbValue *list = scim_new_array();

	for (int i = 0; i < SCIM_MOST_PROMPT_ARGUMENTS && prompt->arguments[i].name; i++)
	{
		JsonbValue *argument = scim_new_object();

		scim_set_text(argument, "name", prompt->arguments[i].name);
		scim_set_text(argument, "description", prompt->arguments[i].description);
		scim_set_bool(argument, "required", true);
		scim_append(list, argument);
	}
	return list;
}

/* scim_mcp_prompts() -> json: {"prompts": [{"name", "title", "description", "arguments"}]}. */
Datum
scim_mcp_prompts(PG_FUNCTION_ARGS)
{
	JsonbValue *list = scim_new_array();
	JsonbValue *answer = scim_new_object();

	for (int i = 0; i < (int) lengthof(prompts); i++)
	{
		JsonbValue *prompt = scim_new_object();

		scim_set_text(prompt, "name", prompts[i].name);
		scim_set_text(prompt, "title", prompts[i].title);
		scim_set_text(prompt, "description", prompts[i].description);
		scim_set_value(prompt, "arguments", describe_arguments(&prompts[i]));
		scim_append(list, prompt);
	}
	scim_set_value(answer, "prompts", list);
	return scim_json_answer(answer);
}

/* ---- one of them ---- */

/* The arguments by their places; INVALID_ARGUMENT if one is unknown, none, or missing. */
static void
take_arguments(const ScimPrompt *prompt, Jsonb *given, const char **values)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(given))
		scim_throw_path(SCIM_BAD_PROMPT, "arguments", "arguments must be an object");
	scim_walk(&walk, &given->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		char	   *name = scim_string_copy(&key);
		int			place = scim_prompt_argument(prompt, &key);

		if (place < 0)
			scim_throw_path(SCIM_BAD_PROMPT, name, "prompt %s has no argument \"%s\"",
							prompt->name, name);
		if (value.type != jbvString)
			scim_throw_path(SCIM_BAD_PROMPT, name, "argument %s must be a string", name);
		if (value.val.string.len > 0)
			values[place] = scim_string_copy(&value);
	}
	for (int i = 0; i < SCIM_MOST_PROMPT_ARGUMENTS && prompt->arguments[i].name; i++)
	{
		if (values[i] == NULL)
			scim_throw_path(SCIM_BAD_PROMPT, prompt->arguments[i].name,
							"prompt %s needs the argument %s", prompt->name,
							prompt->arguments[i].name);
	}
}

/* The type, which has a table. */
static const ScimResourceType *
find_type(const char *name)
{
	const ScimResourceType *type = scim_resource_type(name);

	if (type == NULL || scim_find_table(type) == NULL)
		scim_throw_path(SCIM_BAD_PROMPT, SCIM_PROMPT_TYPE, "there is no resource type \"%s\"",
						name);
	return type;
}

static JsonbValue *
message_of_user(const char *text)
{
	JsonbValue *message = scim_new_object();
	JsonbValue *content = scim_new_object();

	scim_set_text(content, "type", "text");
	scim_set_text(content, "text", text);
	scim_set_text(message, "role", "user");
	scim_set_value(message, "content", content);
	return message;
}

/*
 * scim_mcp_prompt(name text, arguments text) -> json: {"description", "messages"}.
 * INVALID_ARGUMENT for what is no prompt, or no argument of it; the errors of reading.
 */
Datum
scim_mcp_prompt(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	char	   *name = scim_required_text(&arguments, "name");
	const ScimPrompt *prompt = scim_prompt_named(name);
	const char *values[SCIM_MOST_PROMPT_ARGUMENTS] = {NULL};
	JsonbValue *messages = scim_new_array();
	JsonbValue *answer = scim_new_object();

	if (prompt == NULL)
		scim_throw_path(SCIM_NO_SUCH_PROMPT, "name", "there is no prompt \"%s\"", name);
	take_arguments(prompt, scim_json_parameter(&arguments, "arguments", "{}"), values);
	scim_append(messages, message_of_user(scim_conflict_prompt(find_type(values[0]), values[1],
															   values[2])));
	scim_set_text(answer, "description", prompt->description);
	scim_set_value(answer, "messages", messages);
	return scim_json_answer(answer);
}
