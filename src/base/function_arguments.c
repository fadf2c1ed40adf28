/*
 * function_arguments.c
 *		The arguments of an SQL function, by their names.
 *
 * The names are those of the declaration itself, so no list of ours can differ
 * from it.  They are read once for each function in a session: a function's
 * input arguments cannot be renamed while it lives.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "base/function_arguments.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

static void
read_names(Oid function, ScimArgumentNames *names)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	MemoryContext old;
	char	   *modes;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	/* those of a function that was dropped since stay: few, and small */
	names->function = InvalidOid;
	old = MemoryContextSwitchTo(TopMemoryContext);
	names->count = get_func_arg_info(tuple, &names->types, &names->names, &modes);
	MemoryContextSwitchTo(old);
	ReleaseSysCache(tuple);
	if (names->names == NULL)
		elog(ERROR, "function %u has no names for its arguments", function);
	names->function = function;
}

ScimFunctionArguments
scim_function_arguments(FunctionCallInfo fcinfo, ScimArgumentNames *names)
{
	if (names->function != fcinfo->flinfo->fn_oid)
		read_names(fcinfo->flinfo->fn_oid, names);
	return (ScimFunctionArguments)
	{
		.fcinfo = fcinfo, .names = names
	};
}

/* Where the argument stands, or -1.  Most are asked for in the order in which they are declared. */
static int
find(ScimFunctionArguments *arguments, const char *name)
{
	const ScimArgumentNames *names = arguments->names;

	for (int i = 0; i < names->count; i++)
	{
		const char *declared = names->names[arguments->next];

		if (declared[0] == name[0] && strcmp(declared, name) == 0)
			return arguments->next;
		arguments->next = arguments->next + 1 < names->count ? arguments->next + 1 : 0;
	}
	return -1;
}

bool
scim_has_argument(ScimFunctionArguments *arguments, const char *name)
{
	return find(arguments, name) >= 0;
}

/* The same, of an argument that must be declared. */
static int
position_of(ScimFunctionArguments *arguments, const char *name)
{
	int			position = find(arguments, name);

	if (position < 0 || position >= arguments->fcinfo->nargs)
		elog(ERROR, "function %u has no argument \"%s\"", arguments->names->function, name);
	return position;
}

/* Is it NULL?  "value" is set if not. */
static bool
is_null(ScimFunctionArguments *arguments, const char *name, Datum *value)
{
	const NullableDatum *argument = &arguments->fcinfo->args[position_of(arguments, name)];

	*value = argument->value;
	return argument->isnull;
}

static Datum
required(ScimFunctionArguments *arguments, const char *name)
{
	Datum		value;

	if (is_null(arguments, name, &value))
		scim_throw_path(SCIM_BAD_PARAMETER, name, "%s must not be null", name);
	return value;
}

char *
scim_required_text(ScimFunctionArguments *arguments, const char *name)
{
	return TextDatumGetCString(required(arguments, name));
}

char *
scim_optional_text(ScimFunctionArguments *arguments, const char *name)
{
	Datum		value;

	return is_null(arguments, name, &value) ? NULL : TextDatumGetCString(value);
}

pg_uuid_t *
scim_required_uuid(ScimFunctionArguments *arguments, const char *name)
{
	return DatumGetUUIDP(required(arguments, name));
}

Jsonb *
scim_required_jsonb(ScimFunctionArguments *arguments, const char *name)
{
	return DatumGetJsonbP(required(arguments, name));
}

Jsonb *
scim_optional_jsonb(ScimFunctionArguments *arguments, const char *name)
{
	Datum		value;

	return is_null(arguments, name, &value) ? NULL : DatumGetJsonbP(value);
}

int
scim_optional_integer(ScimFunctionArguments *arguments, const char *name, int otherwise)
{
	Datum		value;

	return is_null(arguments, name, &value) ? otherwise : DatumGetInt32(value);
}

bool
scim_optional_boolean(ScimFunctionArguments *arguments, const char *name, bool otherwise)
{
	Datum		value;

	return is_null(arguments, name, &value) ? otherwise : DatumGetBool(value);
}

char **
scim_optional_texts(ScimFunctionArguments *arguments, const char *name, int *count)
{
	Datum		value;
	Datum	   *elements;
	bool	   *nulls;
	char	  **texts;

	*count = -1;
	if (is_null(arguments, name, &value))
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, count);
	texts = palloc_extended(Max(*count, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			scim_throw_path(SCIM_BAD_PARAMETER, psprintf("%s[%d]", name, i),
							"%s must not hold a null", name);
		texts[i] = TextDatumGetCString(elements[i]);
	}
	return texts;
}

/* ---- all of them ---- */

static JsonbValue *
array_value(Datum datum)
{
	JsonbValue *array = scim_new_array();
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(datum), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		JsonbValue	null = {.type = jbvNull};

		if (nulls[i])
			scim_append(array, &null);
		else
			scim_append_text(array, TextDatumGetCString(elements[i]));
	}
	return array;
}

/* Of the types that functions of ours have, whose repetitions are asked about. */
static void
set_argument(JsonbValue *object, const char *name, Oid type, Datum value)
{
	JsonbValue	root;

	switch (type)
	{
		case TEXTOID:
			scim_set_text(object, name, TextDatumGetCString(value));
			break;
		case BOOLOID:
			scim_set_bool(object, name, DatumGetBool(value));
			break;
		case TEXTARRAYOID:
			scim_set_value(object, name, array_value(value));
			break;
		case JSONBOID:
			scim_root(DatumGetJsonbP(value), &root);
			scim_set_value(object, name, &root);
			break;
		default:
			elog(ERROR, "argument \"%s\" has the unexpected type %u", name, type);
	}
}

JsonbValue *
scim_all_arguments(ScimFunctionArguments *arguments)
{
	const ScimArgumentNames *names = arguments->names;
	JsonbValue *object = scim_new_object();

	for (int i = 0; i < arguments->fcinfo->nargs; i++)
	{
		const NullableDatum *argument = &arguments->fcinfo->args[i];

		if (!argument->isnull)
			set_argument(object, names->names[i], names->types[i], argument->value);
	}
	return object;
}
