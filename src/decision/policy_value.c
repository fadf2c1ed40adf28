/*
 * policy_value.c
 *		Values in the documents of policies.
 */
#include "postgres.h"

#include "base/errors.h"
#include "decision/policy_value.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

bool
scim_policy_flag(const char *path, const JsonbValue *given)
{
	if (given->type != jbvBool)
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must be true or false", path);
	return given->val.boolean;
}

int
scim_policy_count(const char *path, const JsonbValue *given)
{
	Datum		trimmed;
	const char *text;
	int64		count = 0;

	if (given->type == jbvNumeric)
	{
		trimmed = DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(given->val.numeric));
		text = DatumGetCString(DirectFunctionCall1(numeric_out, trimmed));
		if (strlen(text) <= 10 && strspn(text, "0123456789") == strlen(text))
			count = strtoll(text, NULL, 10);
	}
	if (count < 1 || count > PG_INT32_MAX)
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must be a whole number from 1 to %d", path,
						PG_INT32_MAX);
	return count;
}

List *
scim_policy_texts(const char *path, const JsonbValue *given, const char *what)
{
	List	   *texts = NIL;
	ScimWalk	walk;
	JsonbValue	value;

	if (!scim_is_array(given))
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must be an array of %-s", path, what);
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_element(&walk, &value))
	{
		if (value.type != jbvString)
			scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must hold %-s, as strings", path, what);
		texts = lappend(texts, scim_string_copy(&value));
	}
	return texts;
}

int
scim_policy_operations(const char *path, const JsonbValue *given)
{
	static const char what[] = "operations: create, update, patch, delete, restore";
	List	   *names = scim_policy_texts(path, given, what);
	ListCell   *cell;
	int			operations = 0;

	foreach(cell, names)
	{
		ScimOperation operation;

		if (!scim_policy_operation_named(lfirst(cell), &operation))
			scim_throw_path(SCIM_BAD_PARAMETER, path, "%s is none of the %-s",
							(char *) lfirst(cell), what);
		operations |= operation;
	}
	return operations;
}
