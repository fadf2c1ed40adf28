/*
 * envelope.c
 *		The shape of answers, and what successes and failures have in common.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/named_tools.h"
#include "utils/builtins.h"

JsonbValue *
scim_metadata(const ScimToolCall *call)
{
	JsonbValue *metadata = scim_new_object();
	const ScimTool *tool = call->tool;

	if (!tool)
	{
		int			prefix = strncmp(call->name, "scim_", 5) == 0 ? 5 : 0;

		scim_set_text(metadata, "operation", scim_clip_name(call->name + prefix));
		return metadata;
	}
	scim_set_text(metadata, "operation", tool->operation);
	if (call->type)
		scim_set_text(metadata, "resource_type", call->type->name);
	if (call->id)
		scim_set_text(metadata, "resource_id", scim_clip_name(call->id));
	if (tool->parameters[PARAM_EXPECTED_VERSION])
		scim_set_bool(metadata, "conditional_update", call->given[PARAM_EXPECTED_VERSION]);
	if (call->consulted.decision)
		scim_set_text(metadata, "decision", call->consulted.decision);
	return metadata;
}

text *
scim_envelope(bool success, const JsonbValue *content, const JsonbValue *metadata)
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
	return scim_envelope(true, content, metadata);
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
	static const char *const of_members[] = {
		"Read members with scim_list_group_members, change them with scim_modify_group_members, "
		"and all else with scim_patch_{one}: none needs the complete {one}.",
		"Change members with scim_modify_group_members, and all else with scim_patch_{one}: none "
		"needs the complete {one}.",
		"Change the {one} with scim_patch_{one}: it needs no complete {one}.",
		NULL
	};
	bool		asked = call->tool->id == TOOL_GET && call->given[PARAM_ATTRIBUTES];
	const char *what = asked || call->type->has_members
	? "What omitted names is stored, but too large to be shown here. "
	: "What omitted names is stored, but too large to be shown beside the "
	"rest: scim_get_{one} shows it if attributes names it. ";
	const char *how = call->type->has_members ?
		scim_first_with_tools(of_members, scim_subject_of(call->tool, call->type)) :
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

#define PARTIAL \
	"Not all attributes are shown: change a {one} with scim_patch_{one}, for scim_update_{one} " \
	"clears what it is not sent."

void
scim_say_partial(const ScimToolCall *call, JsonbValue *metadata)
{
	const ScimSubject *subject = scim_subject_of(call->tool, call->type);

	if (shows_part(call))
		scim_set_text(metadata, "partial", scim_fit_to_tools(scim_tool_text(PARTIAL, subject)));
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
	/* most answers hold all of it, and need no advice */
	if (omitted->val.array.nElems > 0)
		scim_say_omitted(metadata, omitted, how_to_change(call));
	/* what is not written, or not of now, is not sent back */
	if (!scim_get(shown, "not_modified", strlen("not_modified")) &&
		call->tool->id != TOOL_GET_HISTORY)
		scim_say_partial(call, metadata);
	return scim_envelope(true, shown, metadata);
}

void
scim_set_next_step(JsonbValue *content, const char *step)
{
	JsonbValue *steps = scim_new_array();

	step = scim_fit_to_tools(step);
	if (step == NULL)
		return;
	scim_append_text(steps, step);
	scim_set_value(content, "next_steps", steps);
}

void
scim_add_next_step(JsonbValue *content, const char *step)
{
	step = scim_fit_to_tools(step);
	if (step)
		scim_append_text(scim_get(content, "next_steps", strlen("next_steps")), step);
}
