/*
 * function_arguments.h
 *		The arguments of an SQL function, by the names that they have in its
 *		declaration.
 */
#ifndef SCIM_BASE_FUNCTION_ARGUMENTS_H
#define SCIM_BASE_FUNCTION_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* The names of a function's arguments: a static variable of the function. */
typedef struct ScimArgumentNames
{
	Oid			function;		/* whose they are */
	int			count;
	char	  **names;
	Oid		   *types;
} ScimArgumentNames;

/* The arguments of a call. */
typedef struct ScimFunctionArguments
{
	FunctionCallInfo fcinfo;
	const ScimArgumentNames *names;
	int			next;			/* what is asked for is looked for here first */
} ScimFunctionArguments;

/* Those of this call; "names" are read at the function's first call in a session. */
extern ScimFunctionArguments scim_function_arguments(FunctionCallInfo fcinfo,
													 ScimArgumentNames *names);

/*
 * The argument of that name.  A required one is there: BAD_PARAMETER where it is
 * NULL.  An optional text that is NULL is NULL, an optional number or boolean is
 * "otherwise".
 */
extern char *scim_required_text(ScimFunctionArguments *arguments, const char *name);
extern char *scim_optional_text(ScimFunctionArguments *arguments, const char *name);
extern pg_uuid_t *scim_required_uuid(ScimFunctionArguments *arguments, const char *name);
extern Jsonb *scim_required_jsonb(ScimFunctionArguments *arguments, const char *name);
extern Jsonb *scim_optional_jsonb(ScimFunctionArguments *arguments, const char *name);
extern int	scim_optional_integer(ScimFunctionArguments *arguments, const char *name,
								  int otherwise);
extern bool scim_optional_boolean(ScimFunctionArguments *arguments, const char *name,
								  bool otherwise);

/* A text[] as C strings, none of them NULL (BAD_PARAMETER); *count is -1 where it is NULL. */
extern char **scim_optional_texts(ScimFunctionArguments *arguments, const char *name, int *count);

/* Has the function such an argument at all?  Asking for one that it has not is a fault of ours. */
extern bool scim_has_argument(ScimFunctionArguments *arguments, const char *name);

/* All that are not NULL, as an object. */
extern JsonbValue *scim_all_arguments(ScimFunctionArguments *arguments);

#endif							/* SCIM_BASE_FUNCTION_ARGUMENTS_H */
