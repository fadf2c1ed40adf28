/*
 * error_fields.h
 *		What the DETAIL of an error of ours says.
 */
#ifndef SCIM_TOOLS_ERROR_FIELDS_H
#define SCIM_TOOLS_ERROR_FIELDS_H

#include "tools/tool_call.h"

/*
 * The fields of the error, which go with the call: of the same error they are parsed once.
 * Without a DETAIL there are none.
 */
extern Jsonb *scim_error_fields(ScimToolCall *call, const ErrorData *error);

#endif							/* SCIM_TOOLS_ERROR_FIELDS_H */
