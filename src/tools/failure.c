/*
 * failure.c
 *		Answers to errors, which say what to do next.
 *
 * An error of ours is shown as it is: its text, the fields of its DETAIL, its
 * hint; of an error of the server its kind alone (base/server_error.h).
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "base/server_error.h"
#include "mb/pg_wchar.h"
#include "tools/envelope.h"
#include "tools/error_fields.h"
#include "tools/failure.h"
#include "tools/fit.h"
#include "tools/lease.h"
#include "tools/mismatch.h"
#include "tools/named_tools.h"
#include "tools/proposal.h"
#include "tools/retry.h"
#include "utils/builtins.h"

/* How long the text of an error may be: some hold a list of what there is. */
#define ERROR_BYTES 1000

/* What a failure's own fields may take. */
#define FIELDS_BYTES (4 * 1024)

/* What of a call is parsed. */
#define PARSED "arguments"

const ScimErrorKind *
scim_kind_of_error(const ScimToolCall *call, const ErrorData *error)
{
	const ScimErrorKind *kind = scim_kind_of_ours(error);

	return kind ? kind : scim_error_kind(scim_server_error(error, call->parsing)->code);
}

/* Beside what the error says: in the call of a restore, there is nothing to be corrected. */
#define WHOLE_STEP	"A version is brought back as it was, or not at all."
#define REFUSED_STEP \
	WHOLE_STEP " What you want of it, read with " \
	"scim_get_history and version, and write with scim_update_{one}, or, where the {one} is " \
	"deleted, with scim_create_{one}, which gives it another id."
#define DELETED_STEP \
	"Of a deleted {one} that is previous_version of the delete that scim_get_history shows."

static void
add_restore_step(const ScimToolCall *call, JsonbValue *content, const ScimErrorKind *kind)
{
	static const ScimErrorCode refused[] = {SCIM_INVALID_VALUE, SCIM_INVALID_SYNTAX,
	SCIM_MUTABILITY, SCIM_UNIQUENESS};
	static const char *const refused_steps[] = {REFUSED_STEP, WHOLE_STEP, NULL};
	const ScimSubject *subject;
	const char *step = kind == scim_error_kind(SCIM_VERSION_REQUIRED) ? DELETED_STEP : NULL;

	if (call->tool == NULL || call->tool->id != TOOL_RESTORE || call->type == NULL ||
		call->parsing)
		return;
	subject = scim_subject_of(call->tool, call->type);
	/* what no attribute is to blame for cannot be written in another way either */
	for (int i = 0; i < (int) lengthof(refused); i++)
	{
		if (kind == scim_error_kind(refused[i]) &&
			(scim_get(content, "path", strlen("path")) ||
			 scim_get(content, "attribute", strlen("attribute"))))
			step = scim_first_with_tools(refused_steps, subject);
	}
	if (step)
		scim_add_next_step(content, scim_tool_text(step, subject));
}

/* The text and fields of an error of ours. */
static void
show_own_error(ScimToolCall *call, JsonbValue *content, const ErrorData *error)
{
	const char *text = strstr(error->message, ": ");
	Jsonb	   *fields = scim_error_fields(call, error);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, &fields->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		/* these are the hint */
		if (!scim_string_is(&key, "next_steps"))
			scim_set(content, key.val.string.val, key.val.string.len, &value);
	}
	scim_set_text(content, "error", scim_clip(text ? text + 2 : error->message, ERROR_BYTES));
	if (error->hint)
		scim_set_next_step(content, error->hint);
}

/* Models count characters badly: shows what stands at the position in a filter. */
static void
show_place(const ScimToolCall *call, JsonbValue *content)
{
	JsonbValue *position = scim_get(content, "position", strlen("position"));
	const char *rest;
	int64		before;

	if (!position || position->type != jbvNumeric || !call->given[PARAM_FILTER])
		return;
	rest = scim_string_copy(&call->values[PARAM_FILTER]);
	before = scim_number_integer(position);
	for (; before > 1 && *rest; before--)
		rest += pg_mblen(rest);
	scim_set_text(content, "at", *rest ? scim_clip_name(rest) : "the end of the filter");
}

static void
show_server_error(JsonbValue *content, const ScimToolCall *call, const ErrorData *error)
{
	const ScimServerError *shown = scim_server_error(error, call->parsing);

	scim_set_text(content, "error", call->parsing ? scim_phrase(shown->text, PARSED) : shown->text);
	scim_set_text(content, "sqlstate", pstrdup(unpack_sql_state(error->sqlerrcode)));
	if (call->parsing)
		scim_set_text(content, "path", PARSED);
	scim_set_next_step(content, shown->next_step ? shown->next_step : scim_hint(shown->code));
}

/* What a reader must come to first, whatever is cut, and last what is large. */
static const char *const order[] = {"error_code", "error", "current_version",
	"expected_version", "next_steps", "retryable", "resource_type", "resource_id",
	"merge", "attempts", "retry_after_ms", NULL,	/* all others */
"changed_attributes", "changes", "more_changes", "differing_paths", "current"};

static bool
has_place(const JsonbValue *name)
{
	for (int i = 0; i < (int) lengthof(order); i++)
	{
		if (order[i] && scim_string_is(name, order[i]))
			return true;
	}
	return false;
}

static void
add_others(JsonbValue *content, const JsonbValue *fields)
{
	for (int i = 0; i < fields->val.object.nPairs; i++)
	{
		const JsonbPair *pair = &fields->val.object.pairs[i];

		if (!has_place(&pair->key))
			scim_add(content, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
	}
}

static JsonbValue *
ordered(const JsonbValue *fields)
{
	JsonbValue *content = scim_new_object();

	for (int i = 0; i < (int) lengthof(order); i++)
	{
		const JsonbValue *value;

		if (order[i] == NULL)
			add_others(content, fields);
		else if ((value = scim_get(fields, order[i], strlen(order[i]))) != NULL)
			scim_add(content, order[i], strlen(order[i]), value);
	}
	return content;
}

text *
scim_failure(ScimToolCall *call, const ErrorData *error, const ScimErrorKind *kind)
{
	JsonbValue *content = scim_new_object();
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();

	scim_set_next_step(content, kind->hint);
	if (!error)
		scim_set_text(content, "error", "the resource keeps changing");
	else if (scim_is_ours(error))
	{
		show_own_error(call, content, error);
		show_place(call, content);
	}
	else
		show_server_error(content, call, error);
	add_restore_step(call, content, kind);
	scim_say_lease_step(call, content, kind);
	scim_set_text(content, "error_code", kind->name);
	scim_set_integer(content, "status", kind->status);
	if (kind->scim_type)
		scim_set_text(content, "scim_type", kind->scim_type);
	scim_set_bool(content, "retryable", kind->retryable);

	scim_show_retry(call, content);
	if (call->stale)
		scim_fit_mismatch(call, content, omitted);
	else
		scim_fit_object(content, FIELDS_BYTES, "", omitted);
	scim_say_proposal_step(call, content, kind);
	scim_say_omitted(metadata, omitted, NULL);
	if (call->stale)
		scim_show_mismatch(call, content, metadata, omitted);
	return scim_envelope(false, ordered(content), metadata);
}
