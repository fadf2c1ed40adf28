/*
 * spelling.c
 *		Names and ids as clients may spell them.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/spelling.h"

/* Names have no case. */
static bool
is_same_key(const JsonbValue *a, const JsonbValue *b)
{
	if (a->val.string.len != b->val.string.len)
		return false;
	for (int i = 0; i < a->val.string.len; i++)
	{
		if (pg_ascii_tolower((unsigned char) a->val.string.val[i]) !=
			pg_ascii_tolower((unsigned char) b->val.string.val[i]))
			return false;
	}
	return true;
}

bool
scim_find_any_case(const JsonbValue *object, const JsonbValue *name, JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	other;

	scim_walk(&walk, object->val.binary.data);
	while (scim_walk_next(&walk, &other, value))
	{
		if (is_same_key(&other, name))
			return true;
	}
	return false;
}

const char *
scim_spelled(const JsonbValue *value, ScimSpellId spell)
{
	char	   *text = scim_string_copy(value);
	char	   *id = spell ? spell(text) : NULL;

	return id ? id : text;
}

const char *
scim_element_key(const JsonbValue *element, ScimSpellId spell)
{
	JsonbValue	name = scim_text("value");
	JsonbValue	value = *element;

	if (scim_is_object(element) && !scim_find_any_case(element, &name, &value))
		return NULL;
	return value.type == jbvString ? scim_spelled(&value, spell) : NULL;
}
