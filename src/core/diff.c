/*
 * diff.c
 *		How one content of a resource differs from another, and scim_diff of two
 *		contents.
 */
#include "postgres.h"

#include "core/content.h"
#include "core/diff.h"
#include "core/diff_values.h"
#include "core/differ.h"
#include "core/schema.h"
#include "core/sides.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_diff_jsonb);

/* Where attributes are compared: the resource, an extension, a complex value. */
typedef struct Level
{
	JsonbValue *changes;
	const char *prefix;			/* of the paths of its attributes, with ':' or '.' */
	JsonbValue *from;			/* what has no path: of each side, null where it is not */
	JsonbValue *to;
} Level;

static void
begin_level(Level *level, JsonbValue *changes, const char *prefix)
{
	level->changes = changes;
	level->prefix = prefix;
	level->from = scim_new_object();
	level->to = scim_new_object();
}

static void
add_without_path(Level *level, const ScimPair *pair)
{
	static const JsonbValue none = {.type = jbvNull};

	scim_add(level->from, pair->key.val.string.val, pair->key.val.string.len,
			 pair->a ? pair->a : &none);
	scim_add(level->to, pair->key.val.string.val, pair->key.val.string.len,
			 pair->b ? pair->b : &none);
}

/* "path" is that of the level itself, or NULL. */
static void
end_level(Level *level, const char *path)
{
	if (level->from->val.object.nPairs > 0)
		scim_add_change(level->changes, path, level->from, level->to);
}

static bool
both_are(const ScimPair *pair, bool (*is) (const JsonbValue *))
{
	return pair->a && pair->b && is(pair->a) && is(pair->b);
}

/* The parts of a single complex value, which have none themselves that a path leads to. */
static void
diff_parts(JsonbValue *changes, const char *path, const JsonbValue *old, const JsonbValue *new)
{
	ScimSides	sides;
	ScimPair	pair;
	Level		level;

	begin_level(&level, changes, psprintf("%s.", path));
	scim_begin_sides(&sides, old, new);
	while (scim_next_pair(&sides, &pair))
	{
		char	   *name;

		if (scim_same_content(pair.a, pair.b))
			continue;
		name = scim_path_name(&pair.key);
		if (name)
			scim_add_change(changes, psprintf("%s%s", level.prefix, name), pair.a, pair.b);
		else
			add_without_path(&level, &pair);
	}
	end_level(&level, path);
}

static void
diff_attribute(Level *level, const ScimPair *pair)
{
	char	   *name = scim_path_name(&pair->key);
	char	   *path;

	if (name == NULL)
	{
		add_without_path(level, pair);
		return;
	}
	path = psprintf("%s%s", level->prefix, name);
	if (both_are(pair, scim_is_object))
		diff_parts(level->changes, path, pair->a, pair->b);
	else if (!both_are(pair, scim_is_array) ||
			 !scim_diff_values(level->changes, path, pair->a, pair->b))
		scim_add_change(level->changes, path, pair->a, pair->b);
}

static void
diff_extension(JsonbValue *changes, const char *urn, const JsonbValue *old, const JsonbValue *new)
{
	ScimSides	sides;
	ScimPair	pair;
	Level		level;

	begin_level(&level, changes, psprintf("%s:", urn));
	scim_begin_sides(&sides, old, new);
	while (scim_next_pair(&sides, &pair))
	{
		if (!scim_same_content(pair.a, pair.b))
			diff_attribute(&level, &pair);
	}
	end_level(&level, urn);
}

/* ---- the resource ---- */

/* The URN, if the pair is that of an extension, as far as there is something. */
static char *
extension_urn(const ScimPair *pair)
{
	char	   *urn = scim_string_copy(&pair->key);

	return scim_is_urn(urn) && (!pair->a || scim_is_object(pair->a)) &&
		(!pair->b || scim_is_object(pair->b)) ? urn : NULL;
}

/* What a client may neither change nor read; and "schemas", which has a turn of its own. */
static bool
is_left_out(const JsonbValue *name)
{
	return scim_string_is(name, "id") || scim_string_is(name, "password") ||
		scim_string_is(name, "schemas");
}

/* A group's members, as they are and not as they count. */
static const JsonbValue *
members_of(Jsonb *resource, JsonbValue *members)
{
	return scim_find(&resource->root, "members", members) && !scim_is_unassigned(members)
		? members : NULL;
}

static void
diff_members(JsonbValue *changes, Jsonb *old, Jsonb *new)
{
	JsonbValue	values[2];
	const JsonbValue *before = members_of(old, &values[0]);
	const JsonbValue *after = members_of(new, &values[1]);

	if (!scim_diff_members(changes, before, after))
		scim_add_change(changes, "members", before, after);
}

static bool
is_of_group(const JsonbValue *name, Jsonb *old, Jsonb *new)
{
	return scim_string_is(name, "members") && (scim_is_from_elsewhere(&old->root, name) ||
											   scim_is_from_elsewhere(&new->root, name));
}

static void
diff_member(Level *level, Jsonb *old, Jsonb *new, const ScimPair *pair)
{
	char	   *urn = extension_urn(pair);

	if (is_of_group(&pair->key, old, new))
		diff_members(level->changes, old, new);
	else if (urn && pair->a && pair->b)
		diff_extension(level->changes, urn, pair->a, pair->b);
	else if (urn)
		scim_add_change(level->changes, urn, pair->a, pair->b);
	else
		diff_attribute(level, pair);
}

/* ---- schemas ---- */

/* Is the string in the "schemas" of the content? */
static bool
is_listed(const JsonbValue *content, const JsonbValue *urn)
{
	JsonbValue	schemas;
	JsonbValue	element;
	ScimWalk	walk;

	if (!scim_find(content->val.binary.data, "schemas", &schemas) || !scim_is_array(&schemas))
		return false;
	scim_walk(&walk, schemas.val.binary.data);
	while (scim_walk_element(&walk, &element))
	{
		if (scim_same_bytes(&element, urn))
			return true;
	}
	return false;
}

/* "again": also if they are the same. */
static void
diff_schemas(JsonbValue *changes, const JsonbValue *old, const JsonbValue *new, bool again)
{
	JsonbValue	values[2];
	const JsonbValue *before = scim_find(old->val.binary.data, "schemas", &values[0])
	? &values[0] : NULL;
	const JsonbValue *after = scim_find(new->val.binary.data, "schemas", &values[1])
	? &values[1] : NULL;

	if (again || !scim_same_content(before, after))
		scim_add_change(changes, "schemas", before, after);
}

/* ---- the whole ---- */

/* Without what is unassigned, "schemas" in order: what is left is what counts. */
static Jsonb *
content_of(Jsonb *resource)
{
	return scim_write(scim_content_tree(&resource->root, NULL));
}

/*
 * "schemas" comes last: a patch takes the URN of an extension out with its
 * attributes, so one that stays comes in again.
 */
JsonbValue *
scim_find_changes(Jsonb *old, Jsonb *new)
{
	JsonbValue *changes = scim_new_array();
	bool		urn_goes = false;
	JsonbValue	roots[2];
	ScimSides	sides;
	ScimPair	pair;
	Level		level;

	begin_level(&level, changes, "");
	scim_root(content_of(old), &roots[0]);
	scim_root(content_of(new), &roots[1]);
	scim_begin_sides(&sides, &roots[0], &roots[1]);
	while (scim_next_pair(&sides, &pair))
	{
		if (is_left_out(&pair.key) || scim_same_content(pair.a, pair.b))
			continue;
		diff_member(&level, old, new, &pair);
		urn_goes |= pair.b == NULL && is_listed(&roots[1], &pair.key);
	}
	end_level(&level, NULL);
	diff_schemas(changes, &roots[0], &roots[1], urn_goes);
	return changes;
}

/*
 * scim_diff(old_content jsonb, new_content jsonb) -> jsonb: {"changes": [...]}.
 * INVALID_VALUE.
 */
Datum
scim_diff_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *old = PG_GETARG_JSONB_P(0);
	Jsonb	   *new = PG_GETARG_JSONB_P(1);
	JsonbValue *diff = scim_new_object();

	scim_set_value(diff, "changes", scim_find_changes(old, new));
	PG_RETURN_JSONB_P(scim_write(diff));
}
