/*
 * bulk_members.c
 *		Who is named in a bulk as a member that is to come to a group.
 *
 * Operations are read in full only when their turn comes; what is wrong with one is no
 * matter of the others.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/number.h"
#include "core/bulk_reference.h"
#include "core/schema.h"
#include "core/spelling.h"
#include "miscadmin.h"
#include "operation/bulk_members.h"

typedef struct Named
{
	List	   *ids;
	bool		refers;
} Named;

/* ---- values ---- */

static void
take_id(Named *named, const JsonbValue *value)
{
	const char *bulk_id;
	int			length;

	if (value->type == jbvNumeric)
		named->ids = lappend(named->ids, scim_number_text(value->val.numeric));
	if (value->type != jbvString)
		return;
	if (scim_is_bulk_reference(value->val.string.val, value->val.string.len, &bulk_id, &length))
		named->refers = true;
	else
		named->ids = lappend(named->ids, scim_string_copy(value));
}

/* {"value": id}, or an id, by which some mean that. */
static void
take_member(Named *named, const JsonbValue *given)
{
	const JsonbValue name = scim_text("value");
	JsonbValue	value;

	if (!scim_is_object(given))
		take_id(named, given);
	else if (scim_find_any_case(given, &name, &value))
		take_id(named, &value);
}

static void
take_members(Named *named, const JsonbValue *given)
{
	ScimWalk	walk;
	JsonbValue	member;

	if (!scim_is_array(given))
	{
		take_member(named, given);
		return;
	}
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, NULL, &member))
	{
		CHECK_FOR_INTERRUPTS();
		take_member(named, &member);
	}
}

/* ---- where they stand ---- */

/* Does the key, or path, lead to members: members, members[...], URN:members? */
static bool
leads_to_members(const JsonbValue *path)
{
	static const char name[] = "members";
	int			length = strlen(name);
	const char *text = path->val.string.val;

	for (int start = 0; start + length <= path->val.string.len; start++)
	{
		if ((start == 0 || text[start - 1] == ':') &&
			scim_same_name(text + start, length, name))
			return true;
	}
	return false;
}

/* Those of a resource, or of what a patch without a path sets. */
static void
take_resource(Named *named, const JsonbValue *object)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (!scim_is_object(object))
		return;
	scim_walk(&walk, object->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (leads_to_members(&key))
			take_members(named, &value);
	}
}

/* Who is to go is not locked, and so is not looked for. */
static void
take_operation(Named *named, const JsonbValue *operation)
{
	const JsonbValue op_key = scim_text("op");
	const JsonbValue path_key = scim_text("path");
	const JsonbValue value_key = scim_text("value");
	JsonbValue	op;
	JsonbValue	path;
	JsonbValue	value;

	if (!scim_is_object(operation) || !scim_find_any_case(operation, &value_key, &value) ||
		(scim_find_any_case(operation, &op_key, &op) && op.type == jbvString &&
		 scim_same_name(op.val.string.val, op.val.string.len, "remove")))
		return;
	if (!scim_find_any_case(operation, &path_key, &path) || path.type != jbvString)
		take_resource(named, &value);
	else if (leads_to_members(&path))
		take_members(named, &value);
}

static void
take_patch(Named *named, const JsonbValue *patch)
{
	const JsonbValue key = scim_text("Operations");
	JsonbValue	operations = *patch;
	JsonbValue	operation;
	ScimWalk	walk;

	if (scim_is_object(patch) && !scim_find_any_case(patch, &key, &operations))
		return;
	if (!scim_is_array(&operations))
	{
		take_operation(named, &operations);
		return;
	}
	scim_walk(&walk, operations.val.binary.data);
	while (scim_walk_next(&walk, NULL, &operation))
		take_operation(named, &operation);
}

List *
scim_bulk_members(ScimOperation operation, Jsonb *data, bool *refers)
{
	Named		named = {NIL, false};
	JsonbValue	root;

	if (data)
	{
		scim_root(data, &root);
		if (operation == SCIM_PATCHES)
			take_patch(&named, &root);
		else
			take_resource(&named, &root);
	}
	*refers |= named.refers;
	return named.ids;
}
