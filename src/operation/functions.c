/*
 * functions.c
 *		The operations as SQL functions: six for any resource type, and the same
 *		six with User and Group filled in.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/function_arguments.h"
#include "operation/changes.h"
#include "operation/check_versions.h"
#include "operation/checkpoint.h"
#include "operation/contention.h"
#include "operation/create.h"
#include "operation/cursor.h"
#include "operation/delete.h"
#include "operation/history.h"
#include "operation/history_version.h"
#include "operation/lease.h"
#include "operation/list.h"
#include "operation/list_members.h"
#include "operation/patch.h"
#include "operation/policy.h"
#include "operation/proposals.h"
#include "operation/propose.h"
#include "operation/read.h"
#include "operation/repeat.h"
#include "operation/restore.h"
#include "operation/review.h"
#include "operation/update.h"

/* ---- arguments ---- */

static ScimView
view_arguments(ScimFunctionArguments *arguments)
{
	ScimView	view = {0};

	view.attributes = scim_optional_texts(arguments, "attributes", &view.attribute_count);
	view.excluded = scim_optional_texts(arguments, "excluded_attributes", &view.excluded_count);
	return view;
}

/* Those of a write on a resource that is there: of the type "type", which "id" names. */
static ScimWriteOptions
write_arguments(ScimFunctionArguments *arguments, const char *type, const char *id,
				const ScimView *view)
{
	return (ScimWriteOptions)
	{
		.type = type,
			.id = scim_required_text(arguments, id),
			.expected = scim_optional_text(arguments, "expected_version"),
			.view = view,
			.tenant = scim_optional_text(arguments, "tenant_id"),
	};
}

/* ---- writes, which may be repeated ---- */

/* One that is about to be done. */
typedef struct Write
{
	ScimWriteOptions options;
	void		(*store) (const ScimWriteOptions *options, Jsonb *content,
						  ScimWriteResult *result);
	Jsonb	   *content;
	const ScimGivenIds *add;	/* members, where there is no "store" */
	const ScimGivenIds *remove;
	ScimWriteResult result;
} Write;

static void
run_write(void *argument)
{
	Write	   *write = argument;

	if (write->store)
		write->store(&write->options, write->content, &write->result);
	else
		scim_store_change_members(&write->options, write->add, write->remove, &write->result);
}

static Datum
write_once(ScimFunctionArguments *arguments, const char *name, Write *write)
{
	ScimOnce	once = scim_once_of_function(arguments, name);

	scim_write_once(&once, &write->options, run_write, write, &write->result);
	PG_RETURN_JSONB_P(write->result.resource);
}

/* ---- operations, each on resources of a type ---- */

static Datum
create_resource(ScimFunctionArguments *arguments, const char *type)
{
	ScimView	view = view_arguments(arguments);
	ScimWriteOptions options = {
		.type = type,
		.tenant = scim_optional_text(arguments, "tenant_id"),
		.view = &view,
	};
	Write		write = {options, scim_store_create, scim_required_jsonb(arguments, "data")};

	return write_once(arguments, "scim_create_resource", &write);
}

/* Only functions whose type may be User have indirect_groups. */
static Datum
get_resource(ScimFunctionArguments *arguments, const char *type)
{
	ScimView	view = view_arguments(arguments);
	char	   *tenant;
	char	   *id;

	view.known_version = scim_optional_text(arguments, "known_version");
	view.indirect_groups = scim_has_argument(arguments, "indirect_groups") &&
		scim_optional_boolean(arguments, "indirect_groups", false);
	tenant = scim_optional_text(arguments, "tenant_id");
	id = scim_required_text(arguments, "id");
	PG_RETURN_JSONB_P(scim_store_get(type, tenant, id, &view, false));
}

/* What a write of a resource has beside its content. */
static ScimWriteOptions
change_arguments(ScimFunctionArguments *arguments, const char *type, const ScimView *view)
{
	ScimWriteOptions options = write_arguments(arguments, type, "id", view);

	/* functions of 1.0 do not have them */
	if (scim_has_argument(arguments, "on_conflict"))
	{
		options.on_conflict = scim_optional_text(arguments, "on_conflict");
		options.merge_rules = scim_optional_jsonb(arguments, "merge_rules");
	}
	return options;
}

static Datum
update_resource(ScimFunctionArguments *arguments, const char *type)
{
	ScimView	view = view_arguments(arguments);
	ScimWriteOptions options = change_arguments(arguments, type, &view);
	ScimWriteResult result;

	scim_store_update(&options, scim_required_jsonb(arguments, "data"), &result);
	PG_RETURN_JSONB_P(result.resource);
}

static Datum
patch_resource(ScimFunctionArguments *arguments, const char *type)
{
	ScimView	view = view_arguments(arguments);
	Write		write = {change_arguments(arguments, type, &view), scim_store_patch};

	write.content = scim_required_jsonb(arguments, "operations");
	return write_once(arguments, "scim_patch_resource", &write);
}

static Datum
delete_resource(ScimFunctionArguments *arguments, const char *type)
{
	ScimWriteOptions options = write_arguments(arguments, type, "id", NULL);
	ScimWriteResult result;

	scim_store_delete(&options, &result);
	PG_RETURN_VOID();
}

static Datum
list_resources(ScimFunctionArguments *arguments, const char *type)
{
	ScimView	view = view_arguments(arguments);
	ScimListQuery query = {
		.filter = scim_optional_text(arguments, "filter"),
		.sort_by = scim_optional_text(arguments, "sort_by"),
		.sort_order = scim_optional_text(arguments, "sort_order"),
		.start_index = scim_optional_integer(arguments, "start_index", 1),
		.count = scim_optional_integer(arguments, "count", SCIM_DEFAULT_PAGE_SIZE),
		.cursor = scim_optional_text(arguments, "cursor"),
		.include_total = scim_optional_boolean(arguments, "include_total", false),
		.view = &view,
	};

	view.known_version = scim_optional_text(arguments, "known_version");
	PG_RETURN_JSONB_P(scim_store_list(type, scim_optional_text(arguments, "tenant_id"), &query));
}

/* ---- members of a group ---- */

static Datum
change_members(ScimFunctionArguments *arguments, const char *type, bool add)
{
	static const ScimGivenIds none = {0};
	ScimView	view = view_arguments(arguments);
	ScimGivenIds members;
	Write		write = {.add = add ? &members : &none, .remove = add ? &none : &members};

	members.texts = scim_optional_texts(arguments, "members", &members.count);
	if (members.count < 0)
		scim_throw_path(SCIM_BAD_PARAMETER, "members", "members must not be null");
	write.options = write_arguments(arguments, type, "group_id", &view);
	return write_once(arguments, add ? "scim_add_members" : "scim_remove_members", &write);
}

static Datum
add_members(ScimFunctionArguments *arguments, const char *type)
{
	return change_members(arguments, type, true);
}

static Datum
remove_members(ScimFunctionArguments *arguments, const char *type)
{
	return change_members(arguments, type, false);
}

static Datum
list_members(ScimFunctionArguments *arguments, const char *type)
{
	char	   *id = scim_required_text(arguments, "group_id");
	int			count = scim_optional_integer(arguments, "count", SCIM_DEFAULT_PAGE_SIZE);
	char	   *cursor = scim_optional_text(arguments, "cursor");
	char	   *tenant = scim_optional_text(arguments, "tenant_id");

	PG_RETURN_JSONB_P(scim_store_list_members(tenant, id, count, cursor, false));
}

/* ---- what a resource was ---- */

static Datum
get_history(ScimFunctionArguments *arguments, const char *type)
{
	char	   *id = scim_required_text(arguments, "id");
	int			count = scim_optional_integer(arguments, "count", SCIM_DEFAULT_HISTORY_SIZE);
	char	   *cursor = scim_optional_text(arguments, "cursor");
	char	   *tenant = scim_optional_text(arguments, "tenant_id");

	PG_RETURN_JSONB_P(scim_store_get_history(type, tenant, id, count, cursor, false));
}

static Datum
get_version(ScimFunctionArguments *arguments, const char *type)
{
	char	   *id = scim_required_text(arguments, "id");
	char	   *version = scim_required_text(arguments, "version");
	char	   *tenant = scim_optional_text(arguments, "tenant_id");

	PG_RETURN_JSONB_P(scim_store_get_version(type, tenant, id, version, NULL, false));
}

static Datum
diff_versions(ScimFunctionArguments *arguments, const char *type)
{
	char	   *id = scim_required_text(arguments, "id");
	char	   *from = scim_required_text(arguments, "from_version");
	char	   *to = scim_optional_text(arguments, "to_version");
	char	   *tenant = scim_optional_text(arguments, "tenant_id");

	PG_RETURN_JSONB_P(scim_store_diff(type, tenant, id, from, to, false));
}

static Datum
restore_resource(ScimFunctionArguments *arguments, const char *type)
{
	ScimWriteOptions options = write_arguments(arguments, type, "id", NULL);
	ScimWriteResult result;

	scim_store_restore(&options, scim_required_text(arguments, "version"), &result);
	PG_RETURN_JSONB_P(result.resource);
}

/* ---- what was changed since ---- */

static Datum
changes_since(ScimFunctionArguments *arguments, const char *type)
{
	char	   *cursor = scim_optional_text(arguments, "cursor");
	int			count = scim_optional_integer(arguments, "count", SCIM_DEFAULT_CHANGES_SIZE);
	char	   *of_type = scim_optional_text(arguments, "resource_type");
	char	   *tenant = scim_optional_text(arguments, "tenant_id");

	PG_RETURN_JSONB_P(scim_store_changes(cursor, count, of_type, tenant, false));
}

/* ---- holding and watching ---- */

static int
seconds_argument(ScimFunctionArguments *arguments)
{
	return scim_optional_integer(arguments, "seconds", SCIM_DEFAULT_LEASE_SECONDS);
}

static Datum
acquire_lease(ScimFunctionArguments *arguments, const char *type)
{
	char	   *id = scim_required_text(arguments, "id");
	int			seconds = seconds_argument(arguments);
	char	   *purpose = scim_optional_text(arguments, "purpose");
	char	   *tenant = scim_optional_text(arguments, "tenant_id");

	PG_RETURN_JSONB_P(scim_store_acquire_lease(type, tenant, id, seconds, purpose));
}

static Datum
renew_lease(ScimFunctionArguments *arguments, const char *type)
{
	pg_uuid_t  *lease_id = scim_required_uuid(arguments, "lease_id");

	PG_RETURN_JSONB_P(scim_store_renew_lease(lease_id, seconds_argument(arguments)));
}

static Datum
release_lease(ScimFunctionArguments *arguments, const char *type)
{
	PG_RETURN_BOOL(scim_store_release_lease(scim_required_uuid(arguments, "lease_id")));
}

static Datum
get_versions(ScimFunctionArguments *arguments, const char *type)
{
	ScimGivenIds ids;

	ids.texts = scim_optional_texts(arguments, "ids", &ids.count);
	if (ids.count < 0)
		scim_throw_path(SCIM_BAD_PARAMETER, "ids", "ids must not be null");
	PG_RETURN_JSONB_P(scim_store_get_versions(type, scim_optional_text(arguments, "tenant_id"),
											  &ids));
}

static Datum
check_versions(ScimFunctionArguments *arguments, const char *type)
{
	Jsonb	   *resources = scim_required_jsonb(arguments, "resources");
	char	   *tenant = scim_optional_text(arguments, "tenant_id");

	PG_RETURN_JSONB_P(scim_store_check_versions(resources, tenant, false));
}

static Datum
contention(ScimFunctionArguments *arguments, const char *type)
{
	char	   *id = scim_required_text(arguments, "id");

	PG_RETURN_JSONB_P(scim_store_contention(type, scim_optional_text(arguments, "tenant_id"), id));
}

/* ---- deciding ---- */

static Datum
jsonb_or_null(ScimFunctionArguments *arguments, Jsonb *result)
{
	arguments->fcinfo->isnull = result == NULL;
	return PointerGetDatum(result);
}

static Datum
set_policy(ScimFunctionArguments *arguments, const char *type)
{
	char	   *tenant = scim_required_text(arguments, "tenant");
	Jsonb	   *policy = scim_optional_jsonb(arguments, "policy");
	char	   *expected = scim_optional_text(arguments, "expected_version");

	return jsonb_or_null(arguments, scim_store_set_policy(tenant, type, policy, expected));
}

static Datum
get_policy(ScimFunctionArguments *arguments, const char *type)
{
	char	   *tenant = scim_required_text(arguments, "tenant");

	return jsonb_or_null(arguments, scim_store_get_policy(tenant, type));
}

static Datum
propose_change(ScimFunctionArguments *arguments, const char *type)
{
	ScimWriteOptions options = {
		.type = type,
		.id = scim_optional_text(arguments, "id"),
		.expected = scim_optional_text(arguments, "expected_version"),
		.reason = scim_optional_text(arguments, "reason"),
		.tenant = scim_optional_text(arguments, "tenant_id"),
	};
	ScimWriteResult result;

	scim_store_propose(&options, scim_required_jsonb(arguments, "operations"), &result);
	PG_RETURN_JSONB_P(result.resource);
}

static Datum
review_proposal(ScimFunctionArguments *arguments, const char *type)
{
	ScimReviewOptions options = {
		.id = scim_required_uuid(arguments, "id"),
		.decision = scim_required_text(arguments, "decision"),
		.expected = scim_optional_text(arguments, "expected_version"),
		.comment = scim_optional_text(arguments, "comment"),
		.operations = scim_optional_jsonb(arguments, "operations"),
	};

	PG_RETURN_JSONB_P(scim_store_review(&options));
}

static Datum
list_proposals(ScimFunctionArguments *arguments, const char *type)
{
	ScimProposalsQuery query = {
		.status = scim_optional_text(arguments, "status"),
		.type = scim_optional_text(arguments, "resource_type"),
		.id = scim_optional_text(arguments, "id"),
		.count = scim_optional_integer(arguments, "count", SCIM_DEFAULT_PROPOSALS_SIZE),
		.cursor = scim_optional_text(arguments, "cursor"),
		.tenant = scim_optional_text(arguments, "tenant_id"),
	};

	PG_RETURN_JSONB_P(scim_store_list_proposals(&query));
}

static Datum
get_proposal(ScimFunctionArguments *arguments, const char *type)
{
	PG_RETURN_JSONB_P(scim_store_get_proposal(scim_required_uuid(arguments, "id"), false));
}

/* ---- the functions ---- */

/* An SQL function, and the operation that it is. */
#define SCIM_FUNCTION(name, operation, type) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		static ScimArgumentNames names; \
		ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names); \
		\
		return operation(&arguments, type); \
	}

/* One of each operation: generic, and for each type. */
#define SCIM_FUNCTIONS(one, many, type) \
	SCIM_FUNCTION(scim_create_##one, create_resource, type) \
	SCIM_FUNCTION(scim_get_##one, get_resource, type) \
	SCIM_FUNCTION(scim_update_##one, update_resource, type) \
	SCIM_FUNCTION(scim_patch_##one, patch_resource, type) \
	SCIM_FUNCTION(scim_delete_##one, delete_resource, type) \
	SCIM_FUNCTION(scim_list_##many, list_resources, type)

SCIM_FUNCTIONS(resource, resources, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTIONS(user, users, "User")
SCIM_FUNCTIONS(group, groups, "Group")

SCIM_FUNCTION(scim_add_members, add_members, "Group")
SCIM_FUNCTION(scim_remove_members, remove_members, "Group")
SCIM_FUNCTION(scim_list_members, list_members, "Group")

SCIM_FUNCTION(scim_get_history, get_history, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_get_version, get_version, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_diff, diff_versions, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_restore, restore_resource, scim_required_text(&arguments, "resource_type"))

SCIM_FUNCTION(scim_changes, changes_since, NULL)

SCIM_FUNCTION(scim_acquire_lease, acquire_lease, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_renew_lease, renew_lease, NULL)
SCIM_FUNCTION(scim_release_lease, release_lease, NULL)
SCIM_FUNCTION(scim_get_versions, get_versions, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_check_versions, check_versions, NULL)
SCIM_FUNCTION(scim_contention, contention, scim_required_text(&arguments, "resource_type"))

SCIM_FUNCTION(scim_set_policy, set_policy, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_get_policy, get_policy, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_propose_change, propose_change, scim_required_text(&arguments, "resource_type"))
SCIM_FUNCTION(scim_review_proposal, review_proposal, NULL)
SCIM_FUNCTION(scim_list_proposals, list_proposals, NULL)
SCIM_FUNCTION(scim_get_proposal, get_proposal, NULL)
