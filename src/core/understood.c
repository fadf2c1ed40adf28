/*
 * understood.c
 *		What clients mean by values that the standards do not know.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "base/number.h"
#include "core/filter_value.h"
#include "core/understood.h"
#include "core/unknown.h"

/* A number of a resource has no more digits than this, and no text is made of a longer one. */
#define MAX_DIGITS 400

/* ---- of another type ---- */

static void
set_string(JsonbValue *value, char *text)
{
	value->type = jbvString;
	value->val.string.val = text;
	value->val.string.len = strlen(text);
}

/* A scalar as one of the attribute's type; false: it stays what it is. */
static bool
coerce(ScimType type, const JsonbValue *given, JsonbValue *result)
{
	char	   *text;

	if (type == SCIM_STRING && given->type == jbvNumeric)
	{
		text = scim_number_text(given->val.numeric);
		if (strlen(text) > MAX_DIGITS)
			return false;
		set_string(result, text);
		return true;
	}
	if (given->type != jbvString)
		return false;
	if (type == SCIM_BOOLEAN)
	{
		bool		is_true = scim_same_name(given->val.string.val, given->val.string.len, "true");

		if (!is_true && !scim_same_name(given->val.string.val, given->val.string.len, "false"))
			return false;
		result->type = jbvBool;
		result->val.boolean = is_true;
		return true;
	}
	if ((type != SCIM_INTEGER && type != SCIM_DECIMAL) ||
		!scim_is_filter_number(given->val.string.val, given->val.string.len))
		return false;
	text = scim_string_copy(given);
	result->type = jbvNumeric;
	result->val.numeric = scim_read_number(text);
	return true;
}

/* ---- of another shape ---- */

/* The one element of an array. */
static bool
open_single(const JsonbValue *given, JsonbValue *element)
{
	ScimWalk	walk;

	if (!scim_is_array(given))
		return false;
	scim_walk(&walk, given->val.binary.data);
	return walk.count == 1 && scim_walk_next(&walk, NULL, element);
}

/* What an object has as "value" if it has nothing else; a scalar. */
static bool
open_value(const JsonbValue *object, JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	member;
	bool		found = false;

	scim_walk(&walk, object->val.binary.data);
	while (scim_walk_next(&walk, &key, &member))
	{
		if (scim_same_name(key.val.string.val, key.val.string.len, "value"))
		{
			if (found || member.type == jbvBinary)
				return false;
			*value = member;
			found = true;
		}
		else if (member.type != jbvNull)
			return false;
	}
	return found;
}

/* {"value": "x"}, or [{"value": "x"}], of which "x" is meant. */
static bool
open_object(const JsonbValue *given, bool one_of_many, JsonbValue *result)
{
	JsonbValue	element;

	if (!one_of_many && open_single(given, &element))
		given = &element;
	return scim_is_object(given) && open_value(given, result);
}

static bool
has_value(const ScimAttribute *attribute)
{
	return scim_attribute(attribute->sub, "value", strlen("value")) != NULL;
}

/* "x", by which {"value": "x"} is meant, or one of these in an array. */
static bool
make_object(const ScimAttribute *attribute, const JsonbValue *given, JsonbValue *result)
{
	JsonbValue	element;
	bool		is_single = !attribute->multi_valued && open_single(given, &element);
	JsonbValue *object;

	if (scim_is_object(given) || !has_value(attribute))
		return false;
	if (is_single)
		given = &element;
	if (given->type == jbvBinary || given->type == jbvNull || scim_string_is(given, "") ||
		scim_holds_json(given))
	{
		*result = *given;
		return is_single && !scim_is_array(given);
	}
	object = scim_new_object();
	scim_set_value(object, "value", given);
	scim_root(scim_write(object), result);
	return true;
}

/* ---- entry points ---- */

const JsonbValue *
scim_understand(const ScimAttribute *attribute, const JsonbValue *given, const ScimRules *rules,
				JsonbValue *room)
{
	JsonbValue	result;

	if (attribute->type == SCIM_COMPLEX)
	{
		if (!rules->simple_complex || !make_object(attribute, given, &result))
			return given;
		*room = result;
		return room;
	}
	if (rules->simple_complex && given->type == jbvBinary &&
		open_object(given, attribute->multi_valued, &result))
	{
		*room = result;
		given = room;
	}
	if (rules->coerce && coerce(attribute->type, given, &result))
	{
		*room = result;
		given = room;
	}
	return given;
}

bool
scim_is_cleared(const ScimAttribute *attribute, const JsonbValue *given, const ScimRules *rules)
{
	JsonbValue	room;
	const JsonbValue *meant = given;

	if (!rules->empty_clears && !rules->simple_complex)
		return false;
	if (given->type == jbvBinary && !attribute->multi_valued)
		meant = scim_understand(attribute, given, rules, &room);
	if (meant->type == jbvNull)
		return meant != given;
	return scim_string_is(meant, "") &&
		(rules->empty_clears || attribute->type == SCIM_COMPLEX);
}

/* Does the value list the URN, and nothing else? */
static bool
lists_only(const JsonbValue *value, const ScimPlace *urn)
{
	ScimWalk	walk;
	JsonbValue	listed;
	bool		found = false;

	if (!scim_is_array(value))
		return false;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &listed))
	{
		if (listed.type != jbvString ||
			!scim_same_name(listed.val.string.val, listed.val.string.len, urn->name))
			return false;
		found = true;
	}
	return found;
}

bool
scim_ignores_member(const ScimPlace *place, const JsonbValue *key, const JsonbValue *value,
					const ScimRules *rules)
{
	/* at the top only extensions have a name with colons */
	if (place && place->up == NULL && place->name && strchr(place->name, ':') &&
		scim_same_name(key->val.string.val, key->val.string.len, "schemas") &&
		lists_only(value, place))
		return true;
	if (!rules->unknown_attributes)
		return false;
	scim_note_unknown(place, key);
	return true;
}
