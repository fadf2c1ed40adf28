/*
 * create_token.c
 *		scim_create_token: here, as a token may name tools.
 */
#include "postgres.h"

#include "admin/tokens.h"
#include "base/errors.h"
#include "base/function_arguments.h"
#include "fmgr.h"
#include "tools/toolset.h"

PG_FUNCTION_INFO_V1(scim_create_token);

static void
check_tools(const List *tools)
{
	ListCell   *cell;

	foreach(cell, tools)
	{
		if (!scim_is_tool_or_set(lfirst(cell)))
			scim_throw_path(SCIM_NO_SUCH_TOOLSET, "tools",
							"no tool and no set of tools is called '%s'", (char *) lfirst(cell));
	}
}

/* scim_create_token(role regrole, tenant text, options jsonb) -> jsonb */
Datum
scim_create_token(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	Oid			role = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	char	   *tenant = scim_required_text(&arguments, "tenant");
	ScimTokenOptions options =
	scim_read_token_options(scim_optional_jsonb(&arguments, "options"));

	check_tools(options.tools);
	PG_RETURN_JSONB_P(scim_make_token(role, tenant, &options));
}
