/*
 * handlers.c
 *		The operations behind the tools.
 */
#include "postgres.h"

#include "admin/discovery.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "operation/contention.h"
#include "operation/create.h"
#include "operation/delete.h"
#include "operation/held.h"
#include "operation/patch.h"
#include "operation/read.h"
#include "operation/restore.h"
#include "operation/update.h"
#include "resource/target.h"
#include "tools/arguments.h"
#include "tools/consult_way.h"
#include "tools/discovery.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/handlers.h"
#include "tools/once.h"
#include "tools/proposed.h"

/* What an answer may hold of the paths of a merge. */
#define MERGED_BYTES (4 * 1024)

static inline const char *
type_name(const ScimToolCall *call)
{
	return call->type->name;
}

/*
 * What a write of the call is about.  An answer is final: foreign keys are asked
 * now, as an agent hears of nothing that comes at the end of the transaction.
 */
ScimWriteOptions
scim_write_options(const ScimToolCall *call, const ScimView *view)
{
	const ScimConsulted *consulted = &call->consulted;

	return (ScimWriteOptions)
	{
		.type = type_name(call),
			.tenant = call->tenant,
			.id = call->id,
			.expected = call->expected,
			.on_conflict = scim_asks_user(call) ? "fail" : scim_way(call),
			.answer = consulted->decision ? &consulted->answer : NULL,
			.merge_rules = scim_argument_jsonb(call, PARAM_MERGE_RULES),
			.leases = scim_argument_uuids(call, PARAM_LEASE_ID),
			.view = view,
			.report = true,
			.asks_deferred = true,
	};
}

/* What was merged, as far as there is room: a path may hold a value. */
static const JsonbValue *
fitting(JsonbValue *merged)
{
	int64		excess = scim_json_size(merged) - MERGED_BYTES;

	excess = scim_drop_last(merged, "theirs", "more_theirs", 0, excess);
	(void) scim_drop_last(merged, "mine", "more_mine", 0, excess);
	return merged;
}

/* The answer to a write, with the resource as it is then, or the proposal that it became. */
static text *
written(const ScimToolCall *call, Jsonb *resource)
{
	JsonbValue *metadata = scim_metadata(call);

	if (call->written.proposed)
		return scim_success_proposed(call);
	if (call->written.repeated)
		scim_set_bool(metadata, "repeated", true);
	if (call->written.unchanged)
		scim_set_bool(metadata, "unchanged", true);
	if (call->written.merged)
		scim_set_value(metadata, "merged", fitting(call->written.merged));
	if (call->written.ignored)
		scim_set_value(metadata, "ignored", call->written.ignored);
	return scim_success_resource(call, resource, metadata);
}

/* A write that is to be done once, if the call is named by a key. */
typedef struct Write
{
	ScimToolCall *call;
	const ScimWriteOptions *options;
	const ScimGivenIds *add;	/* members */
	const ScimGivenIds *remove;
} Write;

static void
create(void *argument)
{
	Write	   *write = argument;

	scim_store_create(write->options, scim_argument_jsonb(write->call, PARAM_NEW),
					  &write->call->written);
}

text *
scim_run_create(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	ScimWriteOptions options = scim_write_options(call, &view);
	Write		write = {call, &options};

	scim_write_call_once(call, &options, create, &write);
	return written(call, call->written.resource);
}

/* Whether others keep the reader from writing it, or are likely to come in between. */
static void
say_outlook(const ScimToolCall *call, const ScimRead *read, JsonbValue *metadata)
{
	const JsonbValue *lease = scim_lease_of_read(type_name(call), read);
	const JsonbValue *contention = scim_contention_of_read(type_name(call), read);

	if (lease)
		scim_set_value(metadata, "lease", lease);
	if (contention)
		scim_set_value(metadata, "contention", contention);
}

text *
scim_run_get(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	ScimRead	read;
	JsonbValue *metadata = scim_metadata(call);
	Jsonb	   *resource;

	view.read = &read;
	/* fresh: a statement may call several tools, and the later see the earlier */
	resource = scim_store_get(type_name(call), call->tenant, call->id, &view, true);
	say_outlook(call, &read, metadata);
	return scim_success_resource(call, resource, metadata);
}

text *
scim_run_update(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	ScimWriteOptions options = scim_write_options(call, &view);

	scim_store_update(&options, scim_argument_jsonb(call, PARAM_WHOLE), &call->written);
	return written(call, call->written.resource);
}

static void
patch(void *argument)
{
	Write	   *write = argument;

	scim_store_patch(write->options, scim_argument_operations(write->call, PARAM_OPERATIONS),
					 &write->call->written);
}

text *
scim_run_patch(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	ScimWriteOptions options = scim_write_options(call, &view);
	Write		write = {call, &options};

	scim_write_call_once(call, &options, patch, &write);
	return written(call, call->written.resource);
}

text *
scim_run_delete(ScimToolCall *call)
{
	ScimWriteOptions options = scim_write_options(call, NULL);
	JsonbValue *content = scim_new_object();
	JsonbValue *metadata;

	scim_store_delete(&options, &call->written);
	if (call->written.proposed)
		return scim_success_proposed(call);

	/* as it was shown, whatever spelling was given */
	call->id = scim_store_id(type_name(call), call->id);
	metadata = scim_metadata(call);
	scim_set_text(content, "id", call->id);
	scim_set_bool(content, "deleted", true);
	scim_set_text(metadata, "version", call->written.version);
	return scim_success(content, metadata);
}

text *
scim_run_restore(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	ScimWriteOptions options = scim_write_options(call, &view);

	scim_store_restore(&options, scim_argument_text(call, PARAM_RESTORED_VERSION), &call->written);
	return written(call, call->written.resource);
}

text *
scim_run_exists(ScimToolCall *call)
{
	JsonbValue *content = scim_new_object();

	scim_set_bool(content, "exists", scim_store_exists(type_name(call), call->tenant, call->id));
	return scim_success(content, scim_metadata(call));
}

/* ---- members ---- */

/* The ids that are given; none where the argument is absent. */
static ScimGivenIds
ids_argument(const ScimToolCall *call, ScimParameterId id)
{
	ScimGivenIds ids;

	ids.texts = scim_argument_texts(call, id, &ids.count);
	ids.count = Max(ids.count, 0);
	return ids;
}

/* Whoever adds what he removes has made a mistake that no order of the two would mend. */
static void
refuse_contradiction(const ScimGivenIds *add, const ScimGivenIds *remove)
{
	char	  **sorted = palloc(sizeof(char *) * Max(add->count, 1));

	for (int i = 0; i < add->count; i++)
		sorted[i] = scim_store_member_id(add->texts[i]);
	qsort(sorted, add->count, sizeof(char *), pg_qsort_strcmp);
	for (int i = 0; i < remove->count; i++)
	{
		char	   *id = scim_store_member_id(remove->texts[i]);

		CHECK_FOR_INTERRUPTS();
		if (bsearch(&id, sorted, add->count, sizeof(char *), pg_qsort_strcmp))
			scim_throw_path(SCIM_INVALID_ARGUMENT, "remove",
							"member %d of remove is to be added too", i + 1);
	}
}

/*
 * What became of the members, beside what is shown of the group: without being
 * asked for, that is its id and version.  Who came and went when the call was made
 * before, is not kept.
 */
static Jsonb *
with_changes(const ScimToolCall *call, bool shows_group)
{
	JsonbValue	root;
	JsonbValue *content;

	scim_root(call->written.resource, &root);
	content = scim_open(&root);
	if (!shows_group)
		scim_remove(content, "schemas", strlen("schemas"));
	scim_set_integer(content, "member_count", call->written.member_count);
	if (call->written.repeated)
		return scim_write(content);
	scim_set_value(content, "added", call->written.added);
	scim_set_value(content, "removed", call->written.removed);
	return scim_write(content);
}

static void
change_members(void *argument)
{
	Write	   *write = argument;

	scim_store_change_members(write->options, write->add, write->remove, &write->call->written);
}

text *
scim_run_modify_members(ScimToolCall *call)
{
	ScimGivenIds add = ids_argument(call, PARAM_ADD);
	ScimGivenIds remove = ids_argument(call, PARAM_REMOVE);
	ScimView	view = scim_argument_view(call);
	bool		shows_group = view.attribute_count >= 0 || view.excluded_count >= 0;
	ScimWriteOptions options = scim_write_options(call, &view);
	Write		write = {call, &options, &add, &remove};

	if (!call->given[PARAM_ADD] && !call->given[PARAM_REMOVE])
		scim_throw_path(SCIM_INVALID_ARGUMENT, "add", "arguments add and remove are both missing");
	refuse_contradiction(&add, &remove);
	if (!shows_group)
		view.attribute_count = 0;
	scim_write_call_once(call, &options, change_members, &write);
	return written(call, with_changes(call, shows_group));
}

/* ---- discovery ---- */

text *
scim_run_get_schemas(ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	JsonbValue *content;

	content = scim_schemas(call->type, SCIM_VERSION_RAW);
	scim_fit_schemas(content, omitted);
	scim_say_omitted(metadata, omitted,
					 "Call again with resource_type to get the schemas of one type.");
	return scim_success(content, metadata);
}

text *
scim_run_server_info(ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	JsonbValue *content = scim_server_description();

	scim_fit_server_description(content, omitted);
	scim_say_omitted(metadata, omitted,
					 "What omitted names is too large to be shown here: SELECT scim_server_info() "
					 "shows it in SQL.");
	return scim_success(content, metadata);
}
