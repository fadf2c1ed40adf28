/*
 * completion.c
 *		scim_mcp_complete(params): what a person may go on with who types an argument of a
 *		template or of a prompt (completion/complete of MCP).
 *
 * Ids by their beginning, of the session's tenant alone; never names, which would hand out who
 * there is to whoever types letters.  What the caller may not read has no ids.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "miscadmin.h"
#include "operation/ids.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/tenant.h"
#include "tools/json_parameter.h"
#include "tools/not_there.h"
#include "tools/open_proposals.h"
#include "tools/prompts.h"
#include "tools/resource_uri.h"

PG_FUNCTION_INFO_V1(scim_mcp_complete);

/* As many as MCP allows; one more tells that there are more. */
#define MOST_VALUES 100

/* What is completed, of the parameters. */
typedef struct Completion
{
	const JsonbValue *params;
	const char *name;			/* of the argument */
	const char *value;			/* its beginning */
	const char *type;			/* of the resource that the id is of; NULL: a proposal */
	List	   *values;			/* char *, as they come */
} Completion;

static SCIM_NORETURN void throw_bad(const char *path, const char *why);

static void
throw_bad(const char *path, const char *why)
{
	scim_throw_path(SCIM_BAD_COMPLETION, path, "%s %s", path, why);
}

/* ---- what was asked for ---- */

/* A text of the parameters; NULL: it is not there. */
static char *
text_at(const JsonbValue *params, const char *member, const char *key)
{
	JsonbValue	object;
	JsonbValue	value;

	if (!scim_find_member(params, member, &object) || !scim_is_object(&object) ||
		!scim_find_member(&object, key, &value) || value.type != jbvString)
		return NULL;
	return scim_string_copy(&value);
}

/* One of those that were chosen before; NULL: not yet, or "". */
static char *
chosen(const Completion *completion, const char *name)
{
	JsonbValue	context;
	char	   *value;

	if (!scim_find_member(completion->params, "context", &context) || !scim_is_object(&context))
		return NULL;
	value = text_at(&context, "arguments", name);
	return value && value[0] != '\0' ? value : NULL;
}

static bool
begins(const Completion *completion, const char *value)
{
	return strncmp(value, completion->value, strlen(completion->value)) == 0;
}

/* In whatever case it is typed. */
static void
offer(Completion *completion, const char *value)
{
	if (pg_strncasecmp(value, completion->value, strlen(completion->value)) == 0)
		completion->values = lappend(completion->values, pstrdup(value));
}

/* ---- ids ---- */

static void
find_proposals(Completion *completion)
{
	JsonbValue	proposal;
	JsonbValue	id;
	ScimWalk	walk;

	(void) scim_walk_open_proposals(&walk, NULL);
	while (scim_walk_element(&walk, &proposal))
	{
		CHECK_FOR_INTERRUPTS();
		if (scim_find_member(&proposal, "proposal_id", &id) && begins(completion,
																	  scim_string_copy(&id)))
			completion->values = lappend(completion->values, scim_string_copy(&id));
	}
}

static void
find_ids(void *argument)
{
	Completion *completion = argument;

	if (completion->type)
		completion->values = scim_store_ids(completion->type, NULL, completion->value,
											MOST_VALUES + 1);
	else
		find_proposals(completion);
}

/* Who may not read any is not told that there are some. */
static void
complete_id(Completion *completion)
{
	ErrorData  *error = scim_protect(find_ids, completion);

	if (error == NULL)
		return;
	if (!scim_means_not_there(error))
		ReThrowError(error);
	completion->values = NIL;
}

/* ---- templates ---- */

/* The tenant of the connection, as what the template leads to has it; NULL: there is none. */
static char *
own_tenant(const ScimResourceType *type)
{
	return type ? scim_find_tenant(scim_find_table(type), NULL) : scim_resolve_tenant(NULL);
}

/* Is that the template of the endpoint, be it with the tenant in its place? */
static bool
is_template(const char *given, const char *endpoint, const char *tenant)
{
	if (strcmp(given, psprintf("scim://{tenant}%s/{id}", endpoint)) == 0)
		return true;
	return tenant && strcmp(given, psprintf("%s{id}", scim_write_resource_uri(tenant, endpoint,
																			  NULL))) == 0;
}

static void
complete_template(Completion *completion, const ScimResourceType *type, const char *tenant)
{
	const char *other = chosen(completion, "tenant");

	completion->type = type ? type->name : NULL;
	if (strcmp(completion->name, "tenant") == 0)
	{
		if (tenant && begins(completion, tenant))
			completion->values = list_make1(unconstify(char *, tenant));
		return;
	}
	if (strcmp(completion->name, "id") != 0)
		throw_bad("argument", "is none of the template");
	if (tenant && (other == NULL || strcmp(other, tenant) == 0))
		complete_id(completion);
}

static void
complete_resource(Completion *completion)
{
	const char *given = text_at(completion->params, "ref", "uri");
	const char *tenant;

	if (given == NULL)
		throw_bad("ref.uri", "must be a string");
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (scim_find_table(*type) == NULL)
			continue;
		tenant = own_tenant(*type);
		if (!is_template(given, (*type)->endpoint, tenant))
			continue;
		complete_template(completion, *type, tenant);
		return;
	}
	tenant = own_tenant(NULL);
	if (!scim_is_own_endpoint(SCIM_PROPOSALS_ENDPOINT) ||
		!is_template(given, SCIM_PROPOSALS_ENDPOINT, tenant))
		throw_bad("ref.uri", "is no template that is listed");
	complete_template(completion, NULL, tenant);
}

/* ---- prompts ---- */

static void
complete_type(Completion *completion)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (scim_find_table(*type))
			offer(completion, (*type)->name);
	}
}

static void
complete_prompt(Completion *completion)
{
	const char *given = text_at(completion->params, "ref", "name");
	const ScimPrompt *prompt = given ? scim_prompt_named(given) : NULL;
	JsonbValue	name = scim_text(completion->name);
	const char *type_name;
	const ScimResourceType *type;

	if (prompt == NULL)
		throw_bad("ref.name", "is no prompt that is listed");
	if (scim_prompt_argument(prompt, &name) < 0)
		throw_bad("argument", "is none of the prompt");
	if (strcmp(completion->name, SCIM_PROMPT_TYPE) == 0)
		complete_type(completion);
	if (strcmp(completion->name, SCIM_PROMPT_ID) != 0)
		return;
	type_name = chosen(completion, SCIM_PROMPT_TYPE);
	type = type_name ? scim_resource_type(type_name) : NULL;
	if (type == NULL || scim_find_table(type) == NULL)
		return;
	completion->type = type->name;
	complete_id(completion);
}

/* ---- the answer ---- */

static JsonbValue *
answer_of(const Completion *completion)
{
	JsonbValue *found = scim_new_object();
	JsonbValue *answer = scim_new_object();
	bool		has_more = list_length(completion->values) > MOST_VALUES;

	scim_set_value(found, "values",
				   scim_new_texts(has_more ? list_truncate(list_copy(completion->values),
														   MOST_VALUES)
								  : completion->values));
	scim_set_bool(found, "hasMore", has_more);
	scim_set_value(answer, "completion", found);
	return answer;
}

/*
 * scim_mcp_complete(params text) -> json: {"completion": {"values", "hasMore"}}, of the
 * parameters of completion/complete as JSON.  INVALID_ARGUMENT for what is not listed.
 */
Datum
scim_mcp_complete(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	JsonbValue	params;
	Completion	completion = {.params = &params};
	const char *kind;

	scim_root(scim_json_parameter(&arguments, "params", NULL), &params);
	if (!scim_is_object(&params))
		throw_bad("params", "must be an object");
	kind = text_at(&params, "ref", "type");
	completion.name = text_at(&params, "argument", "name");
	completion.value = text_at(&params, "argument", "value");
	if (completion.name == NULL || completion.value == NULL)
		throw_bad("argument", "must have a name and a value, both strings");
	if (kind && strcmp(kind, "ref/resource") == 0)
		complete_resource(&completion);
	else if (kind && strcmp(kind, "ref/prompt") == 0)
		complete_prompt(&completion);
	else
		throw_bad("ref.type", "must be ref/resource or ref/prompt");
	return scim_json_answer(answer_of(&completion));
}
