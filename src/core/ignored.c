/*
 * ignored.c
 *		What of a resource that a client sends is the server's to say.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/differ.h"
#include "core/ignored.h"
#include "core/place.h"
#include "core/schema.h"
#include "core/spelling.h"
#include "miscadmin.h"

typedef struct Search
{
	ScimPathSet *paths;
	const ScimResourceType *type;
	const ScimIds *ids;
	bool		version;
	bool		all;			/* there is nothing to compare with */
} Search;

/* ---- a user's groups ---- */

/* Keys of elements, to be compared as a set. */
typedef struct Keys
{
	const char **texts;
	int			count;
} Keys;

/* Groups that hold the user through others are only shown when they are asked for. */
static bool
is_indirect(const JsonbValue *group)
{
	JsonbValue	name = scim_text("type");
	JsonbValue	type;

	return scim_is_object(group) && scim_find_any_case(group, &name, &type) &&
		scim_string_is(&type, "indirect");
}

/* The ids of the groups, each once, in order; false if there is something else. */
static bool
read_groups(const JsonbValue *groups, ScimSpellId spell, Keys *keys)
{
	ScimWalk	walk;
	JsonbValue	group;
	int			kept = 0;

	memset(keys, 0, sizeof(Keys));
	if (groups == NULL || scim_is_unassigned(groups))
		return true;
	if (!scim_is_array(groups))
		return false;
	scim_walk(&walk, groups->val.binary.data);
	keys->texts = palloc_extended(Max(walk.count, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	while (scim_walk_next(&walk, NULL, &group))
	{
		CHECK_FOR_INTERRUPTS();
		if (is_indirect(&group))
			continue;
		keys->texts[keys->count] = scim_element_key(&group, spell);
		if (keys->texts[keys->count++] == NULL)
			return false;
	}
	qsort(keys->texts, keys->count, sizeof(char *), pg_qsort_strcmp);
	for (int i = 0; i < keys->count; i++)
	{
		if (kept == 0 || strcmp(keys->texts[kept - 1], keys->texts[i]) != 0)
			keys->texts[kept++] = keys->texts[i];
	}
	keys->count = kept;
	return true;
}

static bool
same_groups(const JsonbValue *a, const JsonbValue *b, ScimSpellId spell)
{
	Keys		keys_a;
	Keys		keys_b;

	if (!read_groups(a, spell, &keys_a) || !read_groups(b, spell, &keys_b) ||
		keys_a.count != keys_b.count)
		return false;
	for (int i = 0; i < keys_a.count; i++)
	{
		if (strcmp(keys_a.texts[i], keys_b.texts[i]) != 0)
			return false;
	}
	return true;
}

/* ---- attributes ---- */

static void compare_attributes(Search *search, const ScimAttribute *attributes,
							   const JsonbValue *given, const JsonbValue *shown,
							   const ScimPlace *up);

/* The member of an object as it is shown, or NULL. */
static const JsonbValue *
find_shown(const JsonbValue *shown, const char *name, JsonbValue *value)
{
	return shown && scim_is_object(shown) && scim_find(shown->val.binary.data, name, value) ? value
		: NULL;
}

static bool
is_top(const ScimPlace *place, const char *name)
{
	return place->up == NULL && strcmp(place->name, name) == 0;
}

/* Is what is given of a part what is there, as far as it was shown? */
static bool
is_part_there(const ScimAttribute *part, const JsonbValue *given, const JsonbValue *shown)
{
	JsonbValue	name = scim_text(part->name);
	JsonbValue	value;
	JsonbValue	found;
	bool		is_given = scim_find_any_case(given, &name, &value) &&
		!scim_same_content(&value, NULL);

	if (part->returned == SCIM_NEVER)
		return !is_given;
	if (part->returned == SCIM_REQUEST && !is_given)
		return true;
	return scim_same_content(is_given ? &value : NULL, find_shown(shown, part->name, &found));
}

/* Parts that no schema knows are not. */
static bool
are_parts_there(const ScimAttribute *attribute, const JsonbValue *given, const JsonbValue *shown)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		CHECK_FOR_INTERRUPTS();
		if (!scim_attribute(attribute->sub, key.val.string.val, key.val.string.len) &&
			!scim_same_content(&value, NULL))
			return false;
	}
	for (const ScimAttribute *part = attribute->sub; part->name; part++)
	{
		if (!is_part_there(part, given, shown))
			return false;
	}
	return true;
}

/* One value of the attribute. */
static bool
is_value_there(const ScimAttribute *attribute, const JsonbValue *given, const JsonbValue *shown)
{
	return attribute->type == SCIM_COMPLEX && scim_is_object(given) ?
		are_parts_there(attribute, given, shown) : scim_same_content(given, shown);
}

/* All its values, in their order. */
static bool
are_values_there(const ScimAttribute *attribute, const JsonbValue *given, const JsonbValue *shown)
{
	ScimWalk	walk_given;
	ScimWalk	walk_shown;
	JsonbValue	value;
	JsonbValue	other;

	if (shown == NULL || !scim_is_array(given) || !scim_is_array(shown))
		return is_value_there(attribute, given, shown);
	scim_walk(&walk_given, given->val.binary.data);
	scim_walk(&walk_shown, shown->val.binary.data);
	if (walk_given.count != walk_shown.count)
		return false;
	while (scim_walk_next(&walk_given, NULL, &value) && scim_walk_next(&walk_shown, NULL, &other))
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_value_there(attribute, &value, &other))
			return false;
	}
	return true;
}

/*
 * Is what is given of a readOnly attribute what is there?  What is never
 * returned cannot have been read.
 */
static bool
is_there(const Search *search, const ScimAttribute *attribute, const JsonbValue *given,
		 const JsonbValue *shown, const ScimPlace *place)
{
	if (attribute->returned == SCIM_NEVER)
		return false;
	if (search->type->has_groups && is_top(place, "groups"))
		return same_groups(given, shown, search->ids->others);
	if (is_top(place, "id") && given->type == jbvString && shown)
		return strcmp(scim_spelled(given, search->ids->own),
					  scim_spelled(shown, search->ids->own)) == 0;
	return are_values_there(attribute, given, shown);
}

static void
compare_attribute(Search *search, const ScimAttribute *attribute, const JsonbValue *given,
				  const JsonbValue *holder, const ScimPlace *up)
{
	ScimPlace	here = scim_place(up, attribute->name);
	JsonbValue	found;
	const JsonbValue *shown = find_shown(holder, attribute->name, &found);

	check_stack_depth();
	if (attribute->mutability == SCIM_READ_ONLY)
	{
		/* null is what clients send that can leave out nothing; [] says that there shall be none */
		if (given->type != jbvNull &&
			(search->all || !is_there(search, attribute, given, shown, &here)))
			scim_name_path(search->paths, &here);
	}
	else if (attribute->type == SCIM_COMPLEX && !attribute->multi_valued && scim_is_object(given))
		compare_attributes(search, attribute->sub, given,
						   attribute->returned == SCIM_NEVER ? NULL : shown, &here);
}

/*
 * The attributes of an extension, or of a complex value; those that no schema
 * knows were refused, or are part of what is ignored.
 */
static void
compare_attributes(Search *search, const ScimAttribute *attributes, const JsonbValue *given,
				   const JsonbValue *shown, const ScimPlace *up)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	while (!scim_path_set_is_full(search->paths) && scim_walk_next(&walk, &key, &value))
	{
		const ScimAttribute *attribute = scim_attribute(attributes, key.val.string.val,
														key.val.string.len);

		CHECK_FOR_INTERRUPTS();
		if (attribute)
			compare_attribute(search, attribute, &value, shown, up);
	}
}

/* A member of the resource. */
static void
compare_top(Search *search, const JsonbValue *key, const JsonbValue *given, const JsonbValue *shown)
{
	const char *name = key->val.string.val;
	int			length = key->val.string.len;
	const ScimAttribute *attribute = scim_top_attribute(search->type, name, length);
	const ScimSchema *extension = attribute ? NULL : scim_extension(search->type, name, length);
	ScimPlace	place;
	JsonbValue	found;

	if (extension && scim_is_object(given))
	{
		place = scim_place(NULL, extension->urn);
		compare_attributes(search, extension->attributes, given,
						   find_shown(shown, extension->urn, &found), &place);
	}
	if (attribute == NULL || strcmp(attribute->name, "meta") == 0)
		return;
	if (strcmp(attribute->name, "_version") != 0)
		compare_attribute(search, attribute, given, shown, NULL);
	else if (search->version && !scim_is_unassigned(given))
	{
		place = scim_place(NULL, attribute->name);
		scim_name_path(search->paths, &place);
	}
}

void
scim_name_ignored(ScimPathSet *paths, const ScimResourceType *type, Jsonb *given, Jsonb *shown,
				  const ScimIds *ids, bool version)
{
	Search		search = {.paths = paths,
		.type = type,
		.ids = ids,
		.version = version,
	.all = shown == NULL};
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	root;

	if (shown)
		scim_root(shown, &root);
	scim_walk(&walk, &given->root);
	while (!scim_path_set_is_full(paths) && scim_walk_next(&walk, &key, &value))
		compare_top(&search, &key, &value, shown ? &root : NULL);
}
