/*
 * functions.c
 *		The operations as SQL functions: six for any resource type, and the same
 *		six with User and Group filled in.
 */
#include "postgres.h"

#include "base/errors.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "operation/create.h"
#include "operation/cursor.h"
#include "operation/delete.h"
#include "operation/list.h"
#include "operation/list_members.h"
#include "operation/patch.h"
#include "operation/read.h"
#include "operation/update.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* ---- arguments ---- */

static char *
optional_text(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(i));
}

static char *
required_text(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		scim_throw_path(SCIM_BAD_PARAMETER, name, "%s must not be null", name);
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

static Jsonb *
required_jsonb(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		scim_throw_path(SCIM_BAD_PARAMETER, name, "%s must not be null", name);
	return PG_GETARG_JSONB_P(i);
}

/* The tenant is the last argument of all functions. */
static char *
tenant_argument(FunctionCallInfo fcinfo)
{
	return optional_text(fcinfo, PG_NARGS() - 1);
}

static const ScimView default_view = {.attribute_count = -1, .excluded_count = -1};

/* A text[] as C strings; *count is -1 for NULL. */
static char **
text_list(FunctionCallInfo fcinfo, int i, const char *name, int *count)
{
	Datum	   *elements;
	bool	   *nulls;
	char	  **texts;

	*count = -1;
	if (PG_ARGISNULL(i))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(i), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls,
					  count);
	texts = palloc_extended(Max(*count, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int j = 0; j < *count; j++)
	{
		if (nulls[j])
			scim_throw_path(SCIM_BAD_PARAMETER, name, "%s must not hold a null", name);
		texts[j] = TextDatumGetCString(elements[j]);
	}
	return texts;
}

/* attributes and excluded_attributes, of which "first" is the first. */
static ScimView
view_arguments(FunctionCallInfo fcinfo, int first)
{
	ScimView	view = default_view;

	view.attributes = text_list(fcinfo, first, "attributes", &view.attribute_count);
	view.excluded = text_list(fcinfo, first + 1, "excluded_attributes", &view.excluded_count);
	return view;
}

/*
 * ---- operations ----
 *
 * The generic functions take the resource type as first argument, the typed
 * ones do not have it: "first" is the number of the argument after it.
 */

static Datum
create_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	ScimView	view = view_arguments(fcinfo, first + 1);

	PG_RETURN_JSONB_P(scim_store_create(type, tenant_argument(fcinfo),
										required_jsonb(fcinfo, first, "data"), &view, NULL));
}

/* Only functions whose type may be User have indirect_groups, in front of the tenant. */
static Datum
get_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	ScimView	view = view_arguments(fcinfo, first + 1);
	int			indirect = first + 4;

	view.known_version = optional_text(fcinfo, first + 3);
	view.indirect_groups = indirect < PG_NARGS() - 1 && !PG_ARGISNULL(indirect) &&
		PG_GETARG_BOOL(indirect);
	PG_RETURN_JSONB_P(scim_store_get(type, tenant_argument(fcinfo),
									 required_text(fcinfo, first, "id"), &view, false));
}

static Datum
update_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	ScimView	view = view_arguments(fcinfo, first + 3);

	PG_RETURN_JSONB_P(scim_store_update(type, tenant_argument(fcinfo),
										required_text(fcinfo, first, "id"),
										required_jsonb(fcinfo, first + 1, "data"),
										optional_text(fcinfo, first + 2), &view, NULL));
}

static Datum
patch_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	ScimView	view = view_arguments(fcinfo, first + 3);

	PG_RETURN_JSONB_P(scim_store_patch(type, tenant_argument(fcinfo),
									   required_text(fcinfo, first, "id"),
									   required_jsonb(fcinfo, first + 1, "operations"),
									   optional_text(fcinfo, first + 2), &view, NULL));
}

static Datum
delete_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	scim_store_delete(type, tenant_argument(fcinfo),
					  required_text(fcinfo, first, "id"), optional_text(fcinfo, first + 1), false);
	PG_RETURN_VOID();
}

static Datum
list_resources(FunctionCallInfo fcinfo, const char *type, int first)
{
	ScimView	view = view_arguments(fcinfo, first + 6);
	ScimListQuery query = {
		.filter = optional_text(fcinfo, first),
		.sort_by = optional_text(fcinfo, first + 1),
		.sort_order = optional_text(fcinfo, first + 2),
		.start_index = PG_ARGISNULL(first + 3) ? 1 : PG_GETARG_INT32(first + 3),
		.count = PG_ARGISNULL(first + 4) ? SCIM_DEFAULT_PAGE_SIZE : PG_GETARG_INT32(first + 4),
		.cursor = optional_text(fcinfo, first + 5),
		.include_total = !PG_ARGISNULL(first + 9) && PG_GETARG_BOOL(first + 9),
		.view = &view,
	};

	view.known_version = optional_text(fcinfo, first + 8);
	PG_RETURN_JSONB_P(scim_store_list(type, tenant_argument(fcinfo), &query));
}

/* ---- members of a group ---- */

static Datum
change_members(FunctionCallInfo fcinfo, bool add)
{
	ScimView	view = view_arguments(fcinfo, 3);
	int			count;
	char	  **members = text_list(fcinfo, 1, "members", &count);

	if (count < 0)
		scim_throw_path(SCIM_BAD_PARAMETER, "members", "members must not be null");
	PG_RETURN_JSONB_P(scim_store_change_members(tenant_argument(fcinfo),
												required_text(fcinfo, 0, "group_id"), members,
												add ? count : 0, members, add ? 0 : count,
												optional_text(fcinfo, 2), &view, NULL));
}

PG_FUNCTION_INFO_V1(scim_add_members);
Datum
scim_add_members(PG_FUNCTION_ARGS)
{
	return change_members(fcinfo, true);
}

PG_FUNCTION_INFO_V1(scim_remove_members);
Datum
scim_remove_members(PG_FUNCTION_ARGS)
{
	return change_members(fcinfo, false);
}

PG_FUNCTION_INFO_V1(scim_list_members);
Datum
scim_list_members(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(scim_store_list_members(tenant_argument(fcinfo),
											  required_text(fcinfo, 0, "group_id"),
											  PG_ARGISNULL(1) ? SCIM_DEFAULT_PAGE_SIZE
											  : PG_GETARG_INT32(1),
											  optional_text(fcinfo, 2), false));
}

/* ---- the functions ---- */

/* One SQL function of each operation: generic, and for each type. */
#define SCIM_FUNCTION(name, operation, type, first) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return operation(fcinfo, type, first); \
	}

#define SCIM_FUNCTIONS(one, many, type, first) \
	SCIM_FUNCTION(scim_create_##one, create_resource, type, first) \
	SCIM_FUNCTION(scim_get_##one, get_resource, type, first) \
	SCIM_FUNCTION(scim_update_##one, update_resource, type, first) \
	SCIM_FUNCTION(scim_patch_##one, patch_resource, type, first) \
	SCIM_FUNCTION(scim_delete_##one, delete_resource, type, first) \
	SCIM_FUNCTION(scim_list_##many, list_resources, type, first)

SCIM_FUNCTIONS(resource, resources, required_text(fcinfo, 0, "resource_type"), 1)
SCIM_FUNCTIONS(user, users, "User", 0)
SCIM_FUNCTIONS(group, groups, "Group", 0)
