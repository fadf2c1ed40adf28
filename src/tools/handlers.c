/*
 * handlers.c
 *		The operations behind the tools.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "errors.h"
#include "store/store.h"
#include "tools/arguments.h"
#include "tools/discovery.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/handlers.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

static inline const char *
type_name(const ScimToolCall *call)
{
	return call->type->name;
}

/* What the call wants to see; the version always. */
static ScimView
view_argument(const ScimToolCall *call)
{
	ScimView	view;

	view.attributes = scim_argument_texts(call, PARAM_ATTRIBUTES, &view.attribute_count);
	view.excluded = scim_argument_texts(call, PARAM_EXCLUDED_ATTRIBUTES, &view.excluded_count);
	view.known_version = scim_argument_text(call, PARAM_KNOWN_VERSION);
	view.indirect_groups = scim_argument_boolean(call, PARAM_INDIRECT_GROUPS);
	view.version = true;
	return view;
}

Jsonb *
scim_run_create(ScimToolCall *call)
{
	Jsonb	   *resource = scim_store_create(type_name(call), call->tenant,
											 scim_argument_jsonb(call, PARAM_NEW), NULL);

	return scim_success_resource(call, resource, scim_metadata(call));
}

Jsonb *
scim_run_get(ScimToolCall *call)
{
	ScimView	view = view_argument(call);

	/* fresh: a statement may call several tools, and the later see the earlier */
	Jsonb	   *resource = scim_store_get(type_name(call), call->tenant, call->id, &view, true);

	return scim_success_resource(call, resource, scim_metadata(call));
}

static Jsonb *
written(const ScimToolCall *call, Jsonb *resource, bool unchanged)
{
	JsonbValue *metadata = scim_metadata(call);

	if (unchanged)
		scim_set_bool(metadata, "unchanged", true);
	return scim_success_resource(call, resource, metadata);
}

Jsonb *
scim_run_update(ScimToolCall *call)
{
	bool		unchanged = false;
	Jsonb	   *resource = scim_store_update(type_name(call), call->tenant, call->id,
											 scim_argument_jsonb(call, PARAM_WHOLE),
											 call->expected, NULL, &unchanged);

	return written(call, resource, unchanged);
}

Jsonb *
scim_run_patch(ScimToolCall *call)
{
	bool		unchanged = false;
	Jsonb	   *resource = scim_store_patch(type_name(call), call->tenant, call->id,
											scim_argument_jsonb(call, PARAM_OPERATIONS),
											call->expected, NULL, &unchanged);

	return written(call, resource, unchanged);
}

Jsonb *
scim_run_delete(ScimToolCall *call)
{
	char	   *version = scim_store_delete(type_name(call), call->tenant, call->id, call->expected);
	JsonbValue *content = scim_new_object();
	JsonbValue *metadata = scim_metadata(call);

	scim_set_text(content, "id", call->id);
	scim_set_bool(content, "deleted", true);
	scim_set_text(metadata, "version", version);
	return scim_success(content, metadata);
}

Jsonb *
scim_run_exists(ScimToolCall *call)
{
	JsonbValue *content = scim_new_object();

	scim_set_bool(content, "exists", scim_store_exists(type_name(call), call->tenant, call->id));
	return scim_success(content, scim_metadata(call));
}

/* ---- lists ---- */

static int64
integer_member(const JsonbValue *object, const char *name)
{
	JsonbValue *value = scim_get(object, name, strlen(name));

	if (!value || value->type != jbvNumeric)
		elog(ERROR, "a list without %s", name);
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

/* The first resources that fit, each with its _version: always one, if need be without its largest attributes. */
static JsonbValue *
resources_that_fit(JsonbContainer *resources, JsonbValue *omitted)
{
	JsonbValue *fitting = scim_new_array();
	int64		room = SCIM_ANSWER_BYTES - SCIM_FRAME_BYTES;
	ScimWalk	walk;
	JsonbValue	resource;

	scim_walk(&walk, resources);
	while (scim_walk_next(&walk, NULL, &resource))
	{
		JsonbValue *shown = scim_shown_resource(&resource, NULL);

		if (walk.next == 1)
			scim_fit_object(shown, room, "Resources[0].", omitted);
		room -= scim_json_size(shown) + 2;
		if (room < 0 && walk.next > 1)
		{
			scim_append_text(omitted, walk.next == walk.count ?
							 psprintf("Resources[%d]", walk.next - 1) :
							 psprintf("Resources[%d..%d]", walk.next - 1, walk.count - 1));
			break;
		}
		scim_append_omitted(shown, psprintf("Resources[%d].", walk.next - 1), omitted);
		scim_append(fitting, shown);
	}
	return fitting;
}

static Jsonb *
success_list(const ScimToolCall *call, Jsonb *list)
{
	JsonbValue	root;
	JsonbValue *content;
	JsonbValue *resources;
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	int64		next;
	int			shown;

	scim_root(list, &root);
	content = scim_open(&root);
	resources = scim_get(content, "Resources", strlen("Resources"));
	if (!resources || resources->type != jbvBinary)
		elog(ERROR, "a list without Resources");
	resources = resources_that_fit(resources->val.binary.data, omitted);
	shown = resources->val.array.nElems;
	scim_set_value(content, "Resources", resources);
	scim_set_integer(content, "itemsPerPage", shown);

	next = integer_member(content, "startIndex") + shown;
	if (shown > 0 && next <= integer_member(content, "totalResults"))
		scim_set_integer(metadata, "next_start_index", next);
	scim_say_omitted(metadata, omitted,
					 scim_tool_text("Go on with start_index = next_start_index; "
									"read and change a single {one} with scim_get_{one} and scim_patch_{one}.",
									call->tool->subject));
	return scim_success(content, metadata);
}

Jsonb *
scim_run_list(ScimToolCall *call)
{
	ScimListQuery query = {0};

	query.start_index = scim_argument_integer(call, PARAM_START_INDEX, 1);
	query.count = Min(scim_argument_integer(call, PARAM_COUNT, SCIM_DEFAULT_COUNT), SCIM_LARGEST_COUNT);
	if (call->given[PARAM_ATTRIBUTE])
	{
		query.attribute = scim_string_copy(&call->values[PARAM_ATTRIBUTE]);
		query.value = &call->values[PARAM_VALUE];
	}
	return success_list(call, scim_store_list(type_name(call), call->tenant, &query));
}

/* ---- discovery ---- */

Jsonb *
scim_run_get_schemas(ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	JsonbValue *content;

	content = scim_schemas(call->type);
	scim_fit_schemas(content, omitted);
	scim_say_omitted(metadata, omitted, "Call again with resource_type to get the schemas of one type.");
	return scim_success(content, metadata);
}

Jsonb *
scim_run_server_info(ScimToolCall *call)
{
	return scim_success(scim_server_description(), scim_metadata(call));
}
