/*
 * handlers.c
 *		The operations behind the tools.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "operation/create.h"
#include "operation/delete.h"
#include "operation/patch.h"
#include "operation/read.h"
#include "operation/update.h"
#include "resource/target.h"
#include "tools/arguments.h"
#include "tools/discovery.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/handlers.h"

static inline const char *
type_name(const ScimToolCall *call)
{
	return call->type->name;
}

/* The answer to a write. */
static text *
written(const ScimToolCall *call, Jsonb *resource)
{
	JsonbValue *metadata = scim_metadata(call);

	if (call->written.unchanged)
		scim_set_bool(metadata, "unchanged", true);
	if (call->written.ignored)
		scim_set_value(metadata, "ignored", call->written.ignored);
	return scim_success_resource(call, resource, metadata);
}

text *
scim_run_create(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	Jsonb	   *resource = scim_store_create(type_name(call), call->tenant,
											 scim_argument_jsonb(call, PARAM_NEW), &view,
											 &call->written);

	return written(call, resource);
}

text *
scim_run_get(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);

	/* fresh: a statement may call several tools, and the later see the earlier */
	Jsonb	   *resource = scim_store_get(type_name(call), call->tenant, call->id, &view, true);

	return scim_success_resource(call, resource, scim_metadata(call));
}

text *
scim_run_update(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	Jsonb	   *resource = scim_store_update(type_name(call), call->tenant, call->id,
											 scim_argument_jsonb(call, PARAM_WHOLE),
											 call->expected, &view, &call->written);

	return written(call, resource);
}

text *
scim_run_patch(ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	Jsonb	   *resource = scim_store_patch(type_name(call), call->tenant, call->id,
											scim_argument_operations(call),
											call->expected, &view, &call->written);

	return written(call, resource);
}

text *
scim_run_delete(ScimToolCall *call)
{
	char	   *version = scim_store_delete(type_name(call), call->tenant, call->id, call->expected,
											true);
	JsonbValue *content = scim_new_object();
	JsonbValue *metadata;

	/* as it was shown, whatever spelling was given */
	call->id = scim_store_id(type_name(call), call->id);
	metadata = scim_metadata(call);
	scim_set_text(content, "id", call->id);
	scim_set_bool(content, "deleted", true);
	scim_set_text(metadata, "version", version);
	return scim_success(content, metadata);
}

text *
scim_run_exists(ScimToolCall *call)
{
	JsonbValue *content = scim_new_object();

	scim_set_bool(content, "exists", scim_store_exists(type_name(call), call->tenant, call->id));
	return scim_success(content, scim_metadata(call));
}

/* ---- members ---- */

typedef struct Ids
{
	char	  **texts;
	int			count;			/* 0 too where none are given */
} Ids;

static Ids
ids_argument(const ScimToolCall *call, ScimParameterId id)
{
	Ids			ids;

	ids.texts = scim_argument_texts(call, id, &ids.count);
	ids.count = Max(ids.count, 0);
	return ids;
}

/* Whoever adds what he removes has made a mistake that no order of the two would mend. */
static void
refuse_contradiction(const Ids *add, const Ids *remove)
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
 * asked for, that is its id and version.
 */
static Jsonb *
with_changes(const ScimToolCall *call, Jsonb *group, bool shows_group)
{
	JsonbValue	root;
	JsonbValue *content;

	scim_root(group, &root);
	content = scim_open(&root);
	if (!shows_group)
		scim_remove(content, "schemas", strlen("schemas"));
	scim_set_integer(content, "member_count", call->written.member_count);
	scim_set_value(content, "added", call->written.added);
	scim_set_value(content, "removed", call->written.removed);
	return scim_write(content);
}

text *
scim_run_modify_members(ScimToolCall *call)
{
	Ids			add = ids_argument(call, PARAM_ADD);
	Ids			remove = ids_argument(call, PARAM_REMOVE);
	ScimView	view = scim_argument_view(call);
	bool		shows_group = view.attribute_count >= 0 || view.excluded_count >= 0;
	Jsonb	   *group;

	if (!call->given[PARAM_ADD] && !call->given[PARAM_REMOVE])
		scim_throw_path(SCIM_INVALID_ARGUMENT, "add", "arguments add and remove are both missing");
	refuse_contradiction(&add, &remove);
	if (!shows_group)
		view.attribute_count = 0;
	group = scim_store_change_members(call->tenant, call->id, add.texts, add.count, remove.texts,
									  remove.count, call->expected, &view, &call->written);
	return written(call, with_changes(call, group, shows_group));
}

/* ---- discovery ---- */

text *
scim_run_get_schemas(ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	JsonbValue *content;

	content = scim_schemas(call->type);
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
