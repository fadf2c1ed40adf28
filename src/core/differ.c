/*
 * differ.c
 *		Where two resources differ.
 *
 * The keys of a jsonb object are in order, so two objects are gone through side
 * by side, each once, however many keys they have.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/differ.h"
#include "miscadmin.h"

/* ---- two objects, side by side ---- */

/* One object on the way; an absent one has no members. */
typedef struct Side
{
	ScimWalk	walk;
	bool		there;			/* is there a member at hand? */
	JsonbValue	key;
	JsonbValue	value;
} Side;

typedef struct Sides
{
	Side		a;
	Side		b;
} Sides;

/* The member of that key in both: NULL in the one that lacks it. */
typedef struct Pair
{
	JsonbValue	key;
	JsonbValue	values[2];
	const JsonbValue *a;		/* one of these, or NULL */
	const JsonbValue *b;
} Pair;

static void
step(Side *side)
{
	side->there = scim_walk_next(&side->walk, &side->key, &side->value);
}

static void
begin_side(Side *side, const JsonbValue *object)
{
	memset(side, 0, sizeof(Side));
	if (object == NULL)
		return;
	scim_walk(&side->walk, object->val.binary.data);
	step(side);
}

static void
begin(Sides *sides, const JsonbValue *a, const JsonbValue *b)
{
	begin_side(&sides->a, a);
	begin_side(&sides->b, b);
}

/* The order of keys in jsonb: by length, then by bytes; an object that is at its end comes last. */
static int
compare_keys(const Side *a, const Side *b)
{
	int			length = a->key.val.string.len;

	if (!a->there || !b->there)
		return a->there ? -1 : 1;
	if (length != b->key.val.string.len)
		return length < b->key.val.string.len ? -1 : 1;
	return memcmp(a->key.val.string.val, b->key.val.string.val, length);
}

/* Takes the member at hand. */
static const JsonbValue *
take(Side *side, Pair *pair, JsonbValue *value)
{
	pair->key = side->key;
	*value = side->value;
	step(side);
	return value;
}

static bool
next_pair(Sides *sides, Pair *pair)
{
	int			order;

	CHECK_FOR_INTERRUPTS();
	if (!sides->a.there && !sides->b.there)
		return false;
	order = compare_keys(&sides->a, &sides->b);
	pair->a = order <= 0 ? take(&sides->a, pair, &pair->values[0]) : NULL;
	pair->b = order >= 0 ? take(&sides->b, pair, &pair->values[1]) : NULL;
	return true;
}

/* ---- content ---- */

static bool
same_objects(const JsonbValue *a, const JsonbValue *b)
{
	Sides		sides;
	Pair		pair;

	begin(&sides, a, b);
	while (next_pair(&sides, &pair))
	{
		if (!scim_same_content(pair.a, pair.b))
			return false;
	}
	return true;
}

static bool
same_arrays(const JsonbValue *a, const JsonbValue *b)
{
	ScimWalk	walk_a;
	ScimWalk	walk_b;
	JsonbValue	value_a;
	JsonbValue	value_b;

	scim_walk(&walk_a, a->val.binary.data);
	scim_walk(&walk_b, b->val.binary.data);
	if (walk_a.count != walk_b.count)
		return false;
	while (scim_walk_next(&walk_a, NULL, &value_a) && scim_walk_next(&walk_b, NULL, &value_b))
	{
		CHECK_FOR_INTERRUPTS();
		if (!scim_same_content(&value_a, &value_b))
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
	if (a == NULL || b == NULL)
		return false;
	if (scim_is_array(a) && scim_is_array(b))
		return same_arrays(a, b);
	return a->type == b->type && a->type != jbvBinary && scim_equal(a, b);
}

/* ---- members apart ---- */

/* Are the values stored in the same bytes? */
static bool
same_bytes(const JsonbValue *a, const JsonbValue *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type)
	{
		case jbvString:
			return a->val.string.len == b->val.string.len &&
				memcmp(a->val.string.val, b->val.string.val, a->val.string.len) == 0;
		case jbvBool:
			return a->val.boolean == b->val.boolean;
		case jbvBinary:
			return a->val.binary.len == b->val.binary.len &&
				memcmp(a->val.binary.data, b->val.binary.data, a->val.binary.len) == 0;
		default:
			return false;
	}
}

/* The pair's value in an object as it is built. */
static void
add_value(JsonbValue *object, const Pair *pair, const JsonbValue *value)
{
	if (value)
		scim_add(object, pair->key.val.string.val, pair->key.val.string.len, value);
}

void
scim_take_differing(Jsonb *a, Jsonb *b, const char *always, JsonbValue *from_a, JsonbValue *from_b)
{
	JsonbValue	root_a;
	JsonbValue	root_b;
	Sides		sides;
	Pair		pair;

	scim_root(a, &root_a);
	scim_root(b, &root_b);
	begin(&sides, &root_a, &root_b);
	while (next_pair(&sides, &pair))
	{
		if (pair.a && pair.b && same_bytes(pair.a, pair.b) && !scim_string_is(&pair.key, always))
			continue;
		add_value(from_a, &pair, pair.a);
		add_value(from_b, &pair, pair.b);
	}
}

/* ---- differences ---- */

static void
name_differences(ScimPathSet *paths, const JsonbValue *a, const JsonbValue *b, const ScimPlace *up)
{
	Sides		sides;
	Pair		pair;

	check_stack_depth();
	begin(&sides, a, b);
	while (!scim_path_set_is_full(paths) && next_pair(&sides, &pair))
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
