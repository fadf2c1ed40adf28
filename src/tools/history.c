/*
 * history.c
 *		The handler of scim_get_history: the changes of a resource, or how it was
 *		at a version, or what differs between two.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "operation/history.h"
#include "operation/history_version.h"
#include "tools/arguments.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/history.h"
#include "tools/lists.h"

/* ---- a version ---- */

static text *
show_version(const ScimToolCall *call)
{
	ScimView	view = scim_argument_view(call);
	Jsonb	   *resource = scim_store_get_version(call->type->name, call->tenant, call->id,
												  scim_argument_text(call, PARAM_OLD_VERSION),
												  &view, true);

	return scim_success_resource(call, resource, scim_metadata(call));
}

/* ---- what differs ---- */

static text *
show_difference(const ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	JsonbValue	root;
	JsonbValue *content;
	JsonbValue *changes;
	JsonbValue *fitting;

	scim_root(scim_store_diff(call->type->name, call->tenant, call->id,
							  scim_argument_text(call, PARAM_FROM_VERSION),
							  scim_argument_text(call, PARAM_TO_VERSION), true),
			  &root);
	content = scim_open(&root);
	changes = scim_get(content, "changes", strlen("changes"));
	if (!changes || changes->type != jbvBinary)
		elog(ERROR, "a difference without changes");
	fitting = scim_first_that_fit(changes->val.binary.data, "changes", false, omitted);
	scim_name_rest("changes", fitting->val.array.nElems,
				   JsonContainerSize(changes->val.binary.data), omitted);
	scim_set_value(content, "changes", fitting);
	scim_say_omitted(metadata, omitted, "Call again with version to see the whole of one of them.");
	return scim_success(content, metadata);
}

/* ---- the tool ---- */

static void
check_arguments(const ScimToolCall *call)
{
	static const ScimParameterId pages[] = {PARAM_COUNT, PARAM_HISTORY_CURSOR};

	scim_refuse_together(call, PARAM_OLD_VERSION, PARAM_FROM_VERSION);
	if (call->given[PARAM_TO_VERSION] && !call->given[PARAM_FROM_VERSION])
		scim_throw_path(SCIM_INVALID_ARGUMENT, "from_version",
						"argument to_version needs from_version");
	for (int i = 0; i < (int) lengthof(pages); i++)
	{
		scim_refuse_together(call, PARAM_OLD_VERSION, pages[i]);
		scim_refuse_together(call, PARAM_FROM_VERSION, pages[i]);
	}
}

text *
scim_run_get_history(ScimToolCall *call)
{
	check_arguments(call);
	if (call->given[PARAM_OLD_VERSION])
		return show_version(call);
	if (call->given[PARAM_FROM_VERSION])
		return show_difference(call);
	return scim_run_list_history(call);
}
