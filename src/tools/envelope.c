/*
 * envelope.c
 *		Answers of tools: successes, and failures that say what to do next.
 *
 * An error of ours is shown as it is: its text, the fields of its DETAIL, its
 * hint.  Of an error of the server only the kind is shown, in our own words:
 * its message, DETAIL and CONTEXT may repeat what was sent, even a password.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "mb/pg_wchar.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/mismatch.h"
#include "tools/retry.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/* How long the text of an error may be: some hold a list of what there is. */
#define ERROR_BYTES 1000

/* What a failure's own fields may take. */
#define FIELDS_BYTES (4 * 1024)

/*
 * What of a name or id that a client sent is repeated: the error's code shall
 * stand in the first kilobyte.
 */
#define NAME_BYTES 500

/* How an error of the server is answered: by SQLSTATE, else by its class. */
typedef struct ServerError
{
	int			sqlstate;		/* or a class: ERRCODE_TO_CATEGORY(sqlstate) */
	ScimErrorCode code;
	const char *text;
	const char *next_step;		/* NULL: the hint of the code */
} ServerError;

static const ServerError server_errors[] =
{{ERRCODE_READ_ONLY_SQL_TRANSACTION, SCIM_PERMISSION_DENIED, "this connection may only read",
"Use a connection that may write."},
{ERRCODE_INSUFFICIENT_PRIVILEGE, SCIM_PERMISSION_DENIED,
"the database role of this connection may not do this"},
{ERRCODE_UNIQUE_VIOLATION, SCIM_TAKEN_UNSEEN, "a value that must be unique is taken"},
{ERRCODE_LOCK_NOT_AVAILABLE, SCIM_RETRY_LATER, "somebody else is changing the same resource"},
{ERRCODE_DATA_EXCEPTION, SCIM_INVALID_VALUE, "the database does not accept a value",
	"If it is one that you sent, correct it; scim_get_schemas says what attributes may be. If "
"you sent none, report this to the administrator."},
{ERRCODE_PROGRAM_LIMIT_EXCEEDED, SCIM_TOO_LARGE,
"this is larger or deeper than the database can take"},
{ERRCODE_TRANSACTION_ROLLBACK, SCIM_RETRY_LATER,
"somebody else changed the same data at the same time"},
{ERRCODE_CONNECTION_EXCEPTION, SCIM_RETRY_LATER, "a connection of the database failed"},
{ERRCODE_OPERATOR_INTERVENTION, SCIM_RETRY_LATER, "the database is not ready"},
{0, SCIM_INTERNAL, "internal error"}};

/* The same for JSON text that is being parsed. */
static const ServerError parse_errors[] = {
	{ERRCODE_UNTRANSLATABLE_CHARACTER, SCIM_INVALID_SYNTAX,
		"arguments hold an escape that stands for no character that can be stored (\\u0000 or "
		"half a "
		"surrogate pair)",
	"Leave that character out."},
	{ERRCODE_INVALID_TEXT_REPRESENTATION, SCIM_INVALID_SYNTAX, "arguments are not valid JSON",
	"Send arguments as one valid JSON object."},
	{ERRCODE_DATA_EXCEPTION, SCIM_INVALID_VALUE,
	"arguments hold a number that is too large to be stored", "Send a smaller number."},
	{ERRCODE_PROGRAM_LIMIT_EXCEEDED, SCIM_TOO_LARGE,
	"arguments are nested too deeply or too long", "Send less at once."},
};

static bool
is_state(const ErrorData *error, int sqlstate)
{
	return error->sqlerrcode == sqlstate || ERRCODE_TO_CATEGORY(error->sqlerrcode) == sqlstate;
}

static const ServerError *
server_error(const ScimToolCall *call, const ErrorData *error)
{
	if (call->parsing)
		for (int i = 0; i < (int) lengthof(parse_errors); i++)
			if (is_state(error, parse_errors[i].sqlstate))
				return &parse_errors[i];
	for (int i = 0; server_errors[i].sqlstate; i++)
		if (is_state(error, server_errors[i].sqlstate))
			return &server_errors[i];
	return &server_errors[lengthof(server_errors) - 1];
}

const ScimErrorKind *
scim_kind_of_error(const ScimToolCall *call, const ErrorData *error)
{
	if (scim_is_ours(error))
	{
		const char *colon = strchr(error->message, ':');
		const ScimErrorKind *kind = colon ?
			scim_error_kind_named(pnstrdup(error->message, colon - error->message)) : NULL;

		if (kind)
			return kind;
	}
	return scim_error_kind(server_error(call, error)->code);
}

/* A C string, or its beginning: whole characters only, and no more bytes than that as JSON. */
static const char *
clipped(const char *string, int limit)
{
	int			length = strlen(string);
	const char *text = string;
	int64		size;

	for (JsonbValue value = scim_text(text); (size = scim_json_size(&value)) > limit;
		 value = scim_text(text))
	{
		length = pg_mbcliplen(string, length, Min(length - 1, (int64) length * limit / size));
		text = psprintf("%.*s...", length, string);
	}
	return text;
}

static const char *
shown(const char *given)
{
	return clipped(scim_shown_name(given, strlen(given)), NAME_BYTES);
}

JsonbValue *
scim_metadata(const ScimToolCall *call)
{
	JsonbValue *metadata = scim_new_object();
	const ScimTool *tool = call->tool;

	if (!tool)
	{
		int			prefix = strncmp(call->name, "scim_", 5) == 0 ? 5 : 0;

		scim_set_text(metadata, "operation", shown(call->name + prefix));
		return metadata;
	}
	scim_set_text(metadata, "operation", tool->operation);
	if (call->type)
		scim_set_text(metadata, "resource_type", call->type->name);
	if (call->id)
		scim_set_text(metadata, "resource_id", shown(call->id));
	if (tool->parameters[PARAM_EXPECTED_VERSION])
		scim_set_bool(metadata, "conditional_update", call->given[PARAM_EXPECTED_VERSION]);
	return metadata;
}

static text *
envelope(bool success, const JsonbValue *content, const JsonbValue *metadata)
{
	JsonbValue *whole = scim_new_object();
	StringInfoData json;

	scim_set_bool(whole, "success", success);
	scim_set_value(whole, "metadata", metadata);
	scim_set_value(whole, "content", content);
	initStringInfo(&json);
	scim_append_json(&json, whole);
	return cstring_to_text_with_len(json.data, json.len);
}

text *
scim_success(const JsonbValue *content, const JsonbValue *metadata)
{
	return envelope(true, content, metadata);
}

/* A member of the resource's meta. */
static bool
find_in_meta(const JsonbValue *resource, const char *name, JsonbValue *value)
{
	JsonbValue *meta = scim_get(resource, "meta", strlen("meta"));

	return meta && meta->type == jbvBinary && scim_find(meta->val.binary.data, name, value);
}

JsonbValue *
scim_shown_resource(const JsonbValue *resource, JsonbValue *version)
{
	JsonbValue *shown = scim_open(resource);
	JsonbValue	found;

	JsonbValue *own = scim_get(shown, "_version", strlen("_version"));

	if (own)
		found = *own;
	else
	{
		if (!find_in_meta(shown, "version", &found))
			found.type = jbvNull;
		scim_set_value(shown, "_version", &found);
	}
	if (version)
		*version = found;
	return shown;
}

void
scim_append_omitted(const JsonbValue *resource, const char *prefix, JsonbValue *omitted)
{
	JsonbValue	names;
	JsonbValue	name;
	ScimWalk	walk;

	if (!find_in_meta(resource, "omitted", &names) || names.type != jbvBinary)
		return;
	scim_walk(&walk, names.val.binary.data);
	while (scim_walk_next(&walk, NULL, &name))
		if (name.type == jbvString)
			scim_append_text(omitted, psprintf("%s%s", prefix, scim_string_copy(&name)));
}

/* An agent that wrote back what it was shown would clear what it was not. */
static const char *
how_to_change(const ScimToolCall *call)
{
	bool		asked = call->tool->id == TOOL_GET && call->given[PARAM_ATTRIBUTES];
	const char *what = asked || call->type->has_members
	? "What omitted names is stored, but too large to be shown here. "
	: "What omitted names is stored, but too large to be shown beside the "
	"rest: scim_get_{one} shows it if attributes names it. ";
	const char *how = call->type->has_members ?
		"Read members with scim_list_group_members, change them with scim_modify_group_members, "
		"and all else with scim_patch_{one}: none needs the complete {one}." :
		"Change the {one} with scim_patch_{one}: scim_update_{one} clears what it is not sent.";

	if (call->tool->id == TOOL_GET_HISTORY)
		return "What omitted names was stored then, but is too large to be shown here, or "
			"(members) nobody can tell any more: from_version shows what changed since, "
			"scim_restore brings back all that can be.";
	if (call->tool->id == TOOL_RESTORE)
		return scim_tool_text("What omitted names was not brought back (groups that held a user, "
							  "members that are gone, what is not yours to write or must keep its "
							  "value), or is too large to be shown here: scim_get_{one} tells.",
							  scim_subject_of(call->tool, call->type));
	return scim_tool_text(psprintf("%s%s", what, how), scim_subject_of(call->tool, call->type));
}

/*
 * Is there an attribute that is shown on request only, or never?  A password
 * does not count: an update keeps it.
 */
static bool
has_hidden(const ScimResourceType *type, const ScimAttribute *attributes)
{
	for (; attributes && attributes->name; attributes++)
	{
		if (type->has_password && strcmp(attributes->name, "password") == 0)
			continue;
		if (attributes->returned == SCIM_NEVER || attributes->returned == SCIM_REQUEST ||
			has_hidden(type, attributes->sub))
			return true;
	}
	return false;
}

static bool
shows_part(const ScimToolCall *call)
{
	const ScimResourceType *type = call->type;

	if (call->given[PARAM_ATTRIBUTES] || call->given[PARAM_EXCLUDED_ATTRIBUTES] ||
		has_hidden(type, type->schema->attributes))
		return true;
	for (int i = 0; type->extensions[i]; i++)
		if (has_hidden(type, type->extensions[i]->attributes))
			return true;
	return false;
}

void
scim_say_partial(const ScimToolCall *call, JsonbValue *metadata)
{
	if (shows_part(call))
		scim_set_text(metadata, "partial",
					  scim_tool_text("Not all attributes are shown: change a {one} with "
									 "scim_patch_{one}, "
									 "for scim_update_{one} clears what it is not sent.",
									 scim_subject_of(call->tool, call->type)));
}

text *
scim_success_resource(const ScimToolCall *call, Jsonb *resource, JsonbValue *metadata)
{
	JsonbValue	root;
	JsonbValue	version;
	JsonbValue *shown;
	JsonbValue *id;
	JsonbValue *omitted = scim_new_array();

	scim_root(resource, &root);
	shown = scim_shown_resource(&root, &version);
	scim_set_value(metadata, "version", &version);
	id = scim_get(shown, "id", strlen("id"));
	if (id)
		scim_set_value(metadata, "resource_id", id);
	scim_append_omitted(shown, "", omitted);
	scim_fit_object(shown,
					(call->given[PARAM_ATTRIBUTES] ? SCIM_ASKED_BYTES : SCIM_ANSWER_BYTES) -
					SCIM_FRAME_BYTES,
					"", omitted);
	scim_say_omitted(metadata, omitted, how_to_change(call));
	/* what is not written, or not of now, is not sent back */
	if (!scim_get(shown, "not_modified", strlen("not_modified")) &&
		call->tool->id != TOOL_GET_HISTORY)
		scim_say_partial(call, metadata);
	return envelope(true, shown, metadata);
}

/* ---- failures ---- */

void
scim_set_next_step(JsonbValue *content, const char *step)
{
	JsonbValue *steps = scim_new_array();

	scim_append_text(steps, step);
	scim_set_value(content, "next_steps", steps);
}

/* Beside what the error says: in the call of a restore, there is nothing to be corrected. */
#define REFUSED_STEP \
	"A version is brought back as it was, or not at all. What you want of it, read with " \
	"scim_get_history and version, and write with scim_update_{one}, or, where the {one} is " \
	"deleted, with scim_create_{one}, which gives it another id."
#define DELETED_STEP \
	"Of a deleted {one} that is previous_version of the delete that scim_get_history shows."

static void
add_restore_step(const ScimToolCall *call, JsonbValue *content, const ScimErrorKind *kind)
{
	static const ScimErrorCode refused[] = {SCIM_INVALID_VALUE, SCIM_INVALID_SYNTAX,
	SCIM_MUTABILITY, SCIM_UNIQUENESS};
	JsonbValue *steps = scim_get(content, "next_steps", strlen("next_steps"));
	const char *step = kind == scim_error_kind(SCIM_VERSION_REQUIRED) ? DELETED_STEP : NULL;

	/* what no attribute is to blame for cannot be written in another way either */
	for (int i = 0; i < (int) lengthof(refused); i++)
	{
		if (kind == scim_error_kind(refused[i]) &&
			(scim_get(content, "path", strlen("path")) ||
			 scim_get(content, "attribute", strlen("attribute"))))
			step = REFUSED_STEP;
	}
	if (call->tool == NULL || call->tool->id != TOOL_RESTORE || call->type == NULL ||
		call->parsing || step == NULL)
		return;
	scim_append_text(steps, scim_tool_text(step, scim_subject_of(call->tool, call->type)));
}

/* The text and fields of an error of ours. */
static void
show_own_error(JsonbValue *content, const ErrorData *error)
{
	const char *text = strstr(error->message, ": ");

	if (error->detail)
	{
		Datum		parsed = DirectFunctionCall1(jsonb_in, CStringGetDatum(error->detail));
		Jsonb	   *detail = DatumGetJsonbP(parsed);
		ScimWalk	walk;
		JsonbValue	key;
		JsonbValue	value;

		scim_walk(&walk, &detail->root);
		while (scim_walk_next(&walk, &key, &value))
			scim_set(content, key.val.string.val, key.val.string.len, &value);
	}
	scim_set_text(content, "error", clipped(text ? text + 2 : error->message, ERROR_BYTES));
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
	scim_set_text(content, "at", *rest ? shown(rest) : "the end of the filter");
}

static void
show_server_error(JsonbValue *content, const ScimToolCall *call, const ErrorData *error)
{
	const ServerError *shown = server_error(call, error);

	scim_set_text(content, "error", shown->text);
	scim_set_text(content, "sqlstate", pstrdup(unpack_sql_state(error->sqlerrcode)));
	if (call->parsing)
		scim_set_text(content, "path", "arguments");
	scim_set_next_step(content, shown->next_step ? shown->next_step : scim_hint(shown->code));
}

/* What a reader must come to first, whatever is cut, and last what is large. */
static const char *const order[] = {"error_code", "error", "current_version",
	"expected_version", "next_steps", "retryable", "merge", "attempts", "retry_after_ms",
	"resource_type", "resource_id", NULL,	/* all others */
"changed_attributes", "changes", "more_changes", "differing_paths", "current"};

static int
rank_of(const JsonbValue *name)
{
	int			others = 0;

	for (int i = 0; i < (int) lengthof(order); i++)
	{
		if (!order[i])
			others = i;
		else if (scim_string_is(name, order[i]))
			return i;
	}
	return others;
}

static JsonbValue *
ordered(const JsonbValue *fields)
{
	JsonbValue *content = scim_new_object();

	for (int rank = 0; rank < (int) lengthof(order); rank++)
	{
		for (int i = 0; i < fields->val.object.nPairs; i++)
		{
			const JsonbPair *pair = &fields->val.object.pairs[i];

			if (rank_of(&pair->key) == rank)
				scim_add(content, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
		}
	}
	return content;
}

text *
scim_failure(const ScimToolCall *call, const ErrorData *error, const ScimErrorKind *kind)
{
	JsonbValue *content = scim_new_object();
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	int64		room = FIELDS_BYTES;

	scim_set_next_step(content, kind->hint);
	if (!error)
		scim_set_text(content, "error", "the resource keeps changing");
	else if (scim_is_ours(error))
	{
		show_own_error(content, error);
		show_place(call, content);
	}
	else
		show_server_error(content, call, error);
	add_restore_step(call, content, kind);
	scim_set_text(content, "error_code", kind->name);
	scim_set_integer(content, "status", kind->status);
	if (kind->scim_type)
		scim_set_text(content, "scim_type", kind->scim_type);
	scim_set_bool(content, "retryable", kind->retryable);

	scim_show_retry(call, content);
	if (call->stale)
		room = scim_fit_mismatch(call, content);
	scim_fit_object(content, room, "", omitted);
	scim_say_omitted(metadata, omitted, NULL);
	if (call->stale)
		scim_show_mismatch(call, content, metadata, omitted);
	return envelope(false, ordered(content), metadata);
}
