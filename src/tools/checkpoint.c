/*
 * checkpoint.c
 *		The handler of scim_check_versions: with ids it makes a checkpoint, with the
 *		resources of one it says what became of them.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "operation/check_versions.h"
#include "operation/checkpoint.h"
#include "tools/arguments.h"
#include "tools/checkpoint.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/lists.h"

/* ---- making a checkpoint ---- */

static text *
make_checkpoint(const ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	ScimGivenIds ids;
	JsonbValue	root;
	JsonbValue *content;
	JsonbValue *resources;
	JsonbValue *fitting;

	ids.texts = scim_argument_texts(call, PARAM_IDS, &ids.count);
	scim_root(scim_store_get_versions(call->type->name, call->tenant, &ids), &root);
	content = scim_open(&root);
	resources = scim_get(content, "resources", strlen("resources"));
	if (!resources || resources->type != jbvBinary)
		elog(ERROR, "a checkpoint without resources");
	fitting = scim_first_that_fit(resources->val.binary.data, "resources", false, omitted);
	scim_name_rest("resources", fitting->val.array.nElems, ids.count, omitted);
	scim_set_value(content, "resources", fitting);
	scim_say_omitted(metadata, omitted,
					 "Keep these, and call again with the ids that are not among them.");
	return scim_success(content, metadata);
}

/* ---- what became of one ---- */

/*
 * What stands for nothing, as for arguments: "" for the version of what was not there.
 */
static JsonbValue *
without_blank(const JsonbValue *given)
{
	JsonbValue *resource = scim_open(given);
	JsonbValue *version = scim_get(resource, "version", strlen("version"));

	if (version && version->type == jbvString && version->val.string.len == 0)
		scim_remove(resource, "version", strlen("version"));
	return resource;
}

static Jsonb *
seen_argument(const ScimToolCall *call)
{
	JsonbValue *seen = scim_new_array();
	ScimWalk	walk;
	JsonbValue	resource;

	scim_walk(&walk, call->values[PARAM_SEEN].val.binary.data);
	while (scim_walk_next(&walk, NULL, &resource))
		scim_append(seen, scim_is_object(&resource) ? without_blank(&resource) : &resource);
	return scim_write(seen);
}

/* Where not all fits, what has changed is shown first: it says most. */
static const char *const lists[] = {"gone", "appeared", "changed"};

static void
fit_lists(JsonbValue *content, JsonbValue *omitted)
{
	int64		excess = scim_json_size(content) - (SCIM_ANSWER_BYTES - SCIM_FRAME_BYTES);

	for (int i = 0; i < (int) lengthof(lists); i++)
	{
		const JsonbValue *list = scim_get(content, lists[i], strlen(lists[i]));
		int			count = scim_open(list)->val.array.nElems;

		excess = scim_drop_last(content, lists[i], psprintf("more_%s", lists[i]), 0, excess);
		scim_name_rest(lists[i], scim_get(content, lists[i], strlen(lists[i]))->val.array.nElems,
					   count, omitted);
	}
}

static text *
check_checkpoint(const ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	JsonbValue	root;
	JsonbValue *content;

	scim_root(scim_store_check_versions(seen_argument(call), call->tenant, true), &root);
	content = scim_open(&root);
	fit_lists(content, omitted);
	scim_say_omitted(metadata, omitted, "Call again with fewer resources at once.");
	return scim_success(content, metadata);
}

/* ---- the tool ---- */

text *
scim_run_check_versions(ScimToolCall *call)
{
	scim_refuse_together(call, PARAM_IDS, PARAM_SEEN);
	scim_refuse_together(call, PARAM_RESOURCE_TYPE, PARAM_SEEN);
	if (call->given[PARAM_SEEN])
		return check_checkpoint(call);
	if (!call->given[PARAM_IDS])
		scim_throw_path(SCIM_INVALID_ARGUMENT, "ids",
						"arguments ids and resources are both missing");
	if (!call->given[PARAM_RESOURCE_TYPE])
		scim_throw_path(SCIM_INVALID_ARGUMENT, "resource_type", "argument ids needs resource_type");
	return make_checkpoint(call);
}
