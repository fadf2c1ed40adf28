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
#include "operation/named_parts.h"

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
leads_to_members(const ScimNamedPart *part)
{
	static const char name[] = "members";
	int			length = strlen(name);

	for (int start = 0; start + length <= part->length; start++)
	{
		if ((start == 0 || part->name[start - 1] == ':') &&
			scim_same_name(part->name + start, length, name))
			return true;
	}
	return false;
}

/* Who is to go is not locked, and so is not looked for. */
static void
take_part(const ScimNamedPart *part, void *argument)
{
	if (part->value && !part->is_removed && leads_to_members(part))
		take_members(argument, part->value);
}

List *
scim_bulk_members(ScimOperation operation, Jsonb *data, bool *refers)
{
	Named		named = {NIL, false};

	if (data)
		scim_visit_parts(operation, data, take_part, &named);
	*refers |= named.refers;
	return named.ids;
}
