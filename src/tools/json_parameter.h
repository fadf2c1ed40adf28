/*
 * json_parameter.h
 *		Parameters of SQL functions that hold JSON as text, as a bridge hands it on.
 */
#ifndef SCIM_TOOLS_JSON_PARAMETER_H
#define SCIM_TOOLS_JSON_PARAMETER_H

#include "base/function_arguments.h"

/*
 * The argument of that name, parsed; what is no JSON, or cannot be stored, is one of our
 * errors, with the name as path.  NULL stands for "otherwise"; where that is NULL, too:
 * BAD_PARAMETER.
 */
extern Jsonb *scim_json_parameter(ScimFunctionArguments *arguments, const char *name,
								  const char *otherwise);

/* The answer of such a function, with the members of objects in the order of the tree. */
extern Datum scim_json_answer(const JsonbValue *answer);

#endif							/* SCIM_TOOLS_JSON_PARAMETER_H */
