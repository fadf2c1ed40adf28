/*
 * differ.c
 *		Where two resources differ.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/differ.h"
#include "core/sides.h"
#include "miscadmin.h"

/* ---- content ---- */

static bool same_arrays(const JsonbValue *a, const JsonbValue *b);

static bool
same_objects(const JsonbValue *a, const JsonbValue *b)
{
	ScimSides	sides;
	ScimPair	pair;

	scim_begin_sides(&sides, a, b);
	while (scim_next_pair(&sides, &pair))
	{
		if (!scim_same_content(pair.a, pair.b))
			return false;
	}
	return true;
}

/* Of an array: there is none that is as good as absent. */
static bool
same_elements(const JsonbValue *a, const JsonbValue *b)
{
	if (scim_is_object(a) && scim_is_object(b))
		return same_objects(a, b);
	if (scim_is_array(a) && scim_is_array(b))
		return same_arrays(a, b);
	return a->type == b->type && a->type != jbvBinary && scim_equal(a, b);
}

static bool
same_arrays(const JsonbValue *a, const JsonbValue *b)
{
	ScimWalk	walk_a;
	ScimWalk	walk_b;
	JsonbValue	value_a;
	JsonbValue	value_b;

	check_stack_depth();
	scim_walk(&walk_a, a->val.binary.data);
	scim_walk(&walk_b, b->val.binary.data);
	if (walk_a.count != walk_b.count)
		return false;
	while (scim_walk_next(&walk_a, NULL, &value_a) && scim_walk_next(&walk_b, NULL, &value_b))
	{
		CHECK_FOR_INTERRUPTS();
		if (!same_elements(&value_a, &value_b))
			return false;
	}
	return true;
}

bool
scim_same_content(const JsonbValue *a, const JsonbValue *b)
{
	check_stack_depth();
	if (a && scim_is_unassigned(a))
		a = NULL;
	if (b && scim_is_unassigned(b))
		b = NULL;
	if (a == NULL && b == NULL)
		return true;
	/* an object may hold nothing that is assigned: then it is as good as none */
	if ((a == NULL || scim_is_object(a)) && (b == NULL || scim_is_object(b)))
		return same_objects(a, b);
	return a && b && same_elements(a, b);
}

/* ---- members apart ---- */

/* The pair's value in an object as it is built. */
static void
add_value(JsonbValue *object, const ScimPair *pair, const JsonbValue *value)
{
	if (value)
		scim_add(object, pair->key.val.string.val, pair->key.val.string.len, value);
}

void
scim_take_differing(Jsonb *a, Jsonb *b, const char *always, JsonbValue *from_a, JsonbValue *from_b)
{
	JsonbValue	root_a;
	JsonbValue	root_b;
	ScimSides	sides;
	ScimPair	pair;

	scim_root(a, &root_a);
	scim_root(b, &root_b);
	scim_begin_sides(&sides, &root_a, &root_b);
	while (scim_next_pair(&sides, &pair))
	{
		if (pair.a && pair.b && scim_same_bytes(pair.a, pair.b) &&
			!scim_string_is(&pair.key, always))
			continue;
		add_value(from_a, &pair, pair.a);
		add_value(from_b, &pair, pair.b);
	}
}

/* ---- differences ---- */

static void
name_differences(ScimPathSet *paths, const JsonbValue *a, const JsonbValue *b, const ScimPlace *up)
{
	ScimSides	sides;
	ScimPair	pair;

	check_stack_depth();
	scim_begin_sides(&sides, a, b);
	while (!scim_path_set_is_full(paths) && scim_next_pair(&sides, &pair))
	{
		ScimPlace	here = {.up = up,
			.name = pair.key.val.string.val,
		.length = pair.key.val.string.len};

		if (scim_same_content(pair.a, pair.b))
			continue;
		if (pair.a && pair.b && scim_is_object(pair.a) && scim_is_object(pair.b))
			name_differences(paths, pair.a, pair.b, &here);
		else
			scim_name_path(paths, &here);
	}
}

void
scim_name_differences(ScimPathSet *paths, Jsonb *a, Jsonb *b)
{
	JsonbValue	root_a;
	JsonbValue	root_b;

	scim_root(a, &root_a);
	scim_root(b, &root_b);
	if (scim_is_object(&root_a) && scim_is_object(&root_b))
		name_differences(paths, &root_a, &root_b, NULL);
}
