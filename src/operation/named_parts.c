/*
 * named_parts.c
 *		What the data of a write names, looked at before it is read in full.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/schema.h"
#include "core/spelling.h"
#include "miscadmin.h"
#include "operation/named_parts.h"

typedef struct Visit
{
	ScimVisitPart visit;
	void	   *argument;
} Visit;

/* Its member of that name; false: there is none. */
static bool
find_member(const JsonbValue *object, const char *name, JsonbValue *value)
{
	const JsonbValue key = scim_text(name);

	return scim_find_any_case(object, &key, value);
}

/* A resource, or what a patch without a path sets. */
static void
visit_object(const Visit *visit, const JsonbValue *object, bool is_removed)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (!scim_is_object(object))
		return;
	scim_walk(&walk, object->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		ScimNamedPart part = {key.val.string.val, key.val.string.len, &value, is_removed};

		CHECK_FOR_INTERRUPTS();
		visit->visit(&part, visit->argument);
	}
}

static void
visit_operation(const Visit *visit, const JsonbValue *operation)
{
	JsonbValue	op;
	JsonbValue	path;
	JsonbValue	value;
	bool		has_value;
	bool		is_removed;

	if (!scim_is_object(operation))
		return;
	is_removed = find_member(operation, "op", &op) && op.type == jbvString &&
		scim_same_name(op.val.string.val, op.val.string.len, "remove");
	has_value = find_member(operation, "value", &value);
	if (find_member(operation, "path", &path) && path.type == jbvString)
	{
		ScimNamedPart part = {
			path.val.string.val, path.val.string.len, has_value ? &value : NULL, is_removed
		};

		visit->visit(&part, visit->argument);
	}
	else if (has_value)
		visit_object(visit, &value, is_removed);
}

/* A message, or the operations alone, or but one. */
static void
visit_patch(const Visit *visit, const JsonbValue *patch)
{
	JsonbValue	operations = *patch;
	JsonbValue	operation;
	ScimWalk	walk;

	if (scim_is_object(patch) && !find_member(patch, "Operations", &operations))
		return;
	if (!scim_is_array(&operations))
	{
		visit_operation(visit, &operations);
		return;
	}
	scim_walk(&walk, operations.val.binary.data);
	while (scim_walk_next(&walk, NULL, &operation))
	{
		CHECK_FOR_INTERRUPTS();
		visit_operation(visit, &operation);
	}
}

void
scim_visit_parts(ScimOperation operation, Jsonb *data, ScimVisitPart visit, void *argument)
{
	const Visit visiting = {visit, argument};
	JsonbValue	root;

	scim_root(data, &root);
	if (operation == SCIM_PATCHES)
		visit_patch(&visiting, &root);
	else
		visit_object(&visiting, &root, false);
}
