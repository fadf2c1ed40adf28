/*
 * functions.c
 *		The operations as SQL functions: six for any resource type, and the same
 *		six with User and Group filled in.
 */
#include "postgres.h"

#include "errors.h"
#include "fmgr.h"
#include "store/store.h"
#include "utils/builtins.h"

/*
 * The generic functions take the resource type as first argument, the typed
 * ones do not have it: "first" is the number of the argument after it.
 */
static char *
optional_text(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(i));
}

static char *
required_text(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		scim_throw_path(SCIM_INVALID_VALUE, name, "%s must not be null", name);
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

static Jsonb *
required_jsonb(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		scim_throw_path(SCIM_INVALID_VALUE, name, "%s must not be null", name);
	return PG_GETARG_JSONB_P(i);
}

static Datum
create_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	PG_RETURN_JSONB_P(scim_store_create(type, optional_text(fcinfo, first + 1),
										required_jsonb(fcinfo, first, "data")));
}

static Datum
get_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	PG_RETURN_JSONB_P(scim_store_get(type, optional_text(fcinfo, first + 1),
									 required_text(fcinfo, first, "id"), false));
}

static Datum
update_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	PG_RETURN_JSONB_P(scim_store_update(type, optional_text(fcinfo, first + 3),
										required_text(fcinfo, first, "id"),
										required_jsonb(fcinfo, first + 1, "data"),
										optional_text(fcinfo, first + 2), NULL));
}

static Datum
patch_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	PG_RETURN_JSONB_P(scim_store_patch(type, optional_text(fcinfo, first + 3),
									   required_text(fcinfo, first, "id"),
									   required_jsonb(fcinfo, first + 1, "operations"),
									   optional_text(fcinfo, first + 2), NULL));
}

static Datum
delete_resource(FunctionCallInfo fcinfo, const char *type, int first)
{
	scim_store_delete(type, optional_text(fcinfo, first + 2),
					  required_text(fcinfo, first, "id"), optional_text(fcinfo, first + 1));
	PG_RETURN_VOID();
}

static void
refuse_argument(FunctionCallInfo fcinfo, int i, ScimErrorCode code, const char *name)
{
	if (!PG_ARGISNULL(i))
		scim_throw_path(code, name, "%s is not supported by this version of scimver", name);
}

static Datum
list_resources(FunctionCallInfo fcinfo, const char *type, int first)
{
	ScimListQuery query = {0};

	refuse_argument(fcinfo, first, SCIM_INVALID_FILTER, "filter");
	refuse_argument(fcinfo, first + 1, SCIM_INVALID_VALUE, "sort_by");
	refuse_argument(fcinfo, first + 2, SCIM_INVALID_VALUE, "sort_order");
	refuse_argument(fcinfo, first + 5, SCIM_INVALID_CURSOR, "cursor");
	refuse_argument(fcinfo, first + 6, SCIM_INVALID_VALUE, "attributes");
	refuse_argument(fcinfo, first + 7, SCIM_INVALID_VALUE, "excluded_attributes");
	query.start_index = PG_ARGISNULL(first + 3) ? 1 : PG_GETARG_INT32(first + 3);
	query.count = PG_ARGISNULL(first + 4) ? 100 : PG_GETARG_INT32(first + 4);
	PG_RETURN_JSONB_P(scim_store_list(type, optional_text(fcinfo, first + 8), &query));
}

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
