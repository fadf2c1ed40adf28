/*
 * error_fields.c
 *		What the DETAIL of an error of ours says.
 */
#include "postgres.h"

#include "base/errors.h"
#include "tools/error_fields.h"

Jsonb *
scim_error_fields(ScimToolCall *call, const ErrorData *error)
{
	if (call->error != error)
	{
		call->error = error;
		call->error_fields = scim_fields_of_ours(error);
	}
	return call->error_fields;
}
