/*
 * error_fields.c
 *		What the DETAIL of an error of ours says.
 */
#include "postgres.h"

#include "tools/error_fields.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

Jsonb *
scim_error_fields(ScimToolCall *call, const ErrorData *error)
{
	if (call->error != error)
	{
		const char *detail = error->detail ? error->detail : "{}";

		call->error = error;
		call->error_fields = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
																CStringGetDatum(detail)));
	}
	return call->error_fields;
}
