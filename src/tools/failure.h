/*
 * failure.h
 *		The answer to an error.
 */
#ifndef SCIM_TOOLS_FAILURE_H
#define SCIM_TOOLS_FAILURE_H

#include "base/errors.h"
#include "tools/tool_call.h"

/* The answer to an error.  "kind" may have been found from it by scim_kind_of_error. */
extern text *scim_failure(ScimToolCall *call, const ErrorData *error,
						   const ScimErrorKind *kind);

/* Which of our errors is it, or does it become? */
extern const ScimErrorKind *scim_kind_of_error(const ScimToolCall *call, const ErrorData *error);

#endif							/* SCIM_TOOLS_FAILURE_H */
