/*
 * consult.c
 *		Conflicts that the user of a client decides.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "base/server_error.h"
#include "operation/read.h"
#include "tools/arguments.h"
#include "tools/consult.h"
#include "tools/consult_form.h"
#include "tools/consult_state.h"
#include "tools/consult_way.h"
#include "tools/envelope.h"
#include "utils/builtins.h"

bool
scim_was_declined(const ScimToolCall *call)
{
	return call->consulted.decision && !call->consulted.keeps &&
		call->consulted.answer.kind == SCIM_ANSWERS_NO;
}

void
scim_forget_decision(ScimToolCall *call)
{
	if (call->stale && !scim_was_declined(call))
		call->consulted.decision = NULL;
}

/* ---- what he said ---- */

typedef struct Parsing
{
	char	   *json;
	Jsonb	   *result;
} Parsing;

static void
parse(void *argument)
{
	Parsing    *parsing = argument;

	parsing->result = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(parsing->json)));
}

static SCIM_NORETURN void throw_responses(const char *problem);

static void
throw_responses(const char *problem)
{
	scim_throw_path(SCIM_BAD_INPUT_RESPONSES, "inputResponses", "%-s", problem);
}

/* The response to our one question, an object; what else is there is nothing of ours. */
static void
read_response(const ScimConsulted *consulted, JsonbValue *response)
{
	Parsing		parsing = {0};

	if (consulted->responses == NULL)
		throw_responses("inputResponses is missing: requestState alone decides nothing");
	parsing.json = text_to_cstring(consulted->responses);
	if (scim_protect(parse, &parsing))
		throw_responses("inputResponses is no JSON");
	if (!scim_find(&parsing.result->root, SCIM_DECISION, response) || !scim_is_object(response))
		throw_responses("inputResponses has no response to \"" SCIM_DECISION "\"");
}

/* A string of the object; NULL: it has no such. */
static const char *
text_in(const JsonbValue *object, const char *name)
{
	JsonbValue	value;

	if (!scim_find_member(object, name, &value) || value.type != jbvString)
		return NULL;
	return scim_string_copy(&value);
}

/* Is mine to stand in the attribute?  What the form had no place for is others'. */
static bool
takes_mine(const void *argument, const char *attribute)
{
	const JsonbValue *content = argument;
	const char *side = text_in(content, scim_attribute_key(attribute));

	if (side == NULL)
		side = text_in(content, SCIM_ALL_OTHERS);
	return side && strcmp(side, SCIM_SIDE_MINE) == 0;
}

static bool
takes_all(const void *argument, const char *attribute)
{
	return true;
}

static void
check_choice(const JsonbValue *content, const char *key)
{
	const char *side = text_in(content, key);

	if (side == NULL || (strcmp(side, SCIM_SIDE_MINE) != 0 && strcmp(side, SCIM_SIDE_THEIRS) != 0))
		throw_responses(scim_phrase("to choose, content must say \"mine\" or \"theirs\" for %s",
									key));
}

/* Each attribute that was asked for. */
static void
check_choices(const JsonbValue *content, Jsonb *state)
{
	JsonbValue	keys;
	JsonbValue	key;
	ScimWalk	walk;

	if (!scim_find(&state->root, SCIM_STATE_KEYS, &keys))
		return;
	scim_walk(&walk, keys.val.binary.data);
	while (scim_walk_next(&walk, NULL, &key))
		check_choice(content, scim_string_copy(&key));
}

static void
take_content(ScimToolCall *call, const JsonbValue *response, Jsonb *state)
{
	ScimConsulted *consulted = &call->consulted;
	JsonbValue *content = palloc(sizeof(JsonbValue));
	ScimAnswer *answer = &consulted->answer;
	const char *decision;

	if (!scim_find_member(response, "content", content) || !scim_is_object(content))
		throw_responses("what is accepted must have content");
	decision = text_in(content, SCIM_DECISION);
	if (decision == NULL || !scim_state_offers(state, decision))
		throw_responses("content must have a decision that the form offers");
	consulted->keeps = strcmp(decision, SCIM_KEEP_CURRENT) == 0;
	answer->kind = SCIM_ANSWERS_MINE;
	answer->judge.takes_mine = takes_all;
	if (strcmp(decision, SCIM_PROPOSE_IT) == 0)
	{
		answer->kind = SCIM_ANSWERS_PROPOSE;
		answer->proposal = scim_state_proposal(call);
	}
	else if (strcmp(decision, SCIM_CHOOSE) == 0)
	{
		check_choices(content, state);
		answer->kind = SCIM_ANSWERS_CHOSEN;
		answer->judge.takes_mine = takes_mine;
		answer->judge.argument = content;
	}
	/* what follows must not be taken for decided unless all of it is */
	consulted->decision = decision;
}

void
scim_read_decision(ScimToolCall *call)
{
	ScimConsulted *consulted = &call->consulted;
	JsonbValue	response;
	const char *action;
	Jsonb	   *state;

	consulted->decision = NULL;
	if (consulted->state == NULL && consulted->responses == NULL)
		return;
	state = scim_read_request_state(call);
	consulted->answer.kind = SCIM_ANSWERS_NO;
	consulted->answer.seen = scim_state_version(state);
	read_response(consulted, &response);
	action = text_in(&response, "action");
	if (action && strcmp(action, "accept") == 0)
		take_content(call, &response, state);
	else if (action && (strcmp(action, "decline") == 0 || strcmp(action, "cancel") == 0))
		consulted->decision = action;
	else
		throw_responses("the action must be accept, decline or cancel");
}

/* ---- what is done ---- */

text *
scim_run_keep(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	JsonbValue *metadata = scim_metadata(call);
	Jsonb	   *resource;

	scim_set_bool(metadata, "unchanged", true);
	resource = scim_store_get(call->type->name, call->tenant, call->id, &view, true);
	return scim_success_resource(call, resource, metadata);
}

/* ---- asking ---- */

static bool
is_to_be_asked(const ScimToolCall *call)
{
	return call->consulted.can_ask && call->stale && scim_asks_user(call) &&
		!scim_was_declined(call);
}

/* {"decision": {"method": "elicitation/create", "params": form}} */
static JsonbValue *
requests_with(const JsonbValue *form)
{
	JsonbValue *requests = scim_new_object();
	JsonbValue *request = scim_new_object();

	scim_set_text(request, "method", "elicitation/create");
	scim_set_value(request, "params", form);
	scim_set_value(requests, SCIM_DECISION, request);
	return requests;
}

/* A question that is being made. */
typedef struct Asking
{
	ScimToolCall *call;
	const ErrorData *error;
	JsonbValue *required;
} Asking;

static void
make_required(void *argument)
{
	Asking	   *asking = argument;
	ScimQuestion question;

	scim_make_question(asking->call, asking->error, &question);
	asking->required = scim_new_object();
	scim_set_value(asking->required, "inputRequests", requests_with(scim_form(&question)));
	scim_set_text(asking->required, "requestState",
				  scim_write_request_state(asking->call, &question));
}

/* What cannot be asked is answered as if nobody could be. */
text *
scim_ask(ScimToolCall *call, const ErrorData *error, text *envelope)
{
	Asking		asking = {call, error, NULL};
	ErrorData  *failed;
	StringInfoData json;

	if (!is_to_be_asked(call))
		return envelope;
	failed = scim_protect(make_required, &asking);
	if (failed)
	{
		scim_log_error(psprintf("tool %s", call->tool->name), "could not ask the user, for",
					   failed);
		return envelope;
	}
	initStringInfo(&json);
	appendStringInfoString(&json, "{\"input_required\":");
	scim_append_json(&json, asking.required);
	appendStringInfo(&json, ",\"otherwise\":%s}", text_to_cstring(envelope));
	return cstring_to_text_with_len(json.data, json.len);
}
