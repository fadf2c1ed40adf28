/*
 * sides.c
 *		Two objects side by side, or three.
 */
#include "postgres.h"

#include "core/sides.h"
#include "miscadmin.h"

static void
step(ScimSide *side)
{
	side->there = scim_walk_next(&side->walk, &side->key, &side->value);
}

static void
begin_side(ScimSide *side, const JsonbValue *object)
{
	side->there = false;
	if (object == NULL)
		return;
	scim_walk(&side->walk, object->val.binary.data);
	step(side);
}

void
scim_begin_sides(ScimSides *sides, const JsonbValue *a, const JsonbValue *b)
{
	begin_side(&sides->a, a);
	begin_side(&sides->b, b);
}

/* Takes the member at hand. */
static const JsonbValue *
take(ScimSide *side, JsonbValue *key, JsonbValue *value)
{
	*key = side->key;
	*value = side->value;
	step(side);
	return value;
}

bool
scim_next_pair(ScimSides *sides, ScimPair *pair)
{
	int			order;

	CHECK_FOR_INTERRUPTS();
	if (!sides->a.there && !sides->b.there)
		return false;
	/* an object that is at its end comes last */
	if (!sides->a.there || !sides->b.there)
		order = sides->a.there ? -1 : 1;
	else
		order = scim_compare_keys(&sides->a.key, &sides->b.key);
	pair->a = order <= 0 ? take(&sides->a, &pair->key, &pair->values[0]) : NULL;
	pair->b = order >= 0 ? take(&sides->b, &pair->key, &pair->values[1]) : NULL;
	return true;
}

/* ---- three ---- */

void
scim_begin_three_sides(ScimThreeSides *sides, const JsonbValue *const *objects)
{
	for (int i = 0; i < SCIM_THREE; i++)
		begin_side(&sides->of[i], objects[i]);
}

/* The least of the keys at hand; NULL: there is none. */
static const JsonbValue *
least_key(const ScimThreeSides *sides)
{
	const JsonbValue *least = NULL;

	for (int i = 0; i < SCIM_THREE; i++)
	{
		const ScimSide *side = &sides->of[i];

		if (side->there && (least == NULL || scim_compare_keys(&side->key, least) < 0))
			least = &side->key;
	}
	return least;
}

bool
scim_next_triple(ScimThreeSides *sides, ScimTriple *triple)
{
	const JsonbValue *least = least_key(sides);
	JsonbValue	key;

	CHECK_FOR_INTERRUPTS();
	if (least == NULL)
		return false;
	key = *least;				/* the side that has it steps on */
	for (int i = 0; i < SCIM_THREE; i++)
	{
		ScimSide   *side = &sides->of[i];

		triple->of[i] = side->there && scim_compare_keys(&side->key, &key) == 0
			? take(side, &triple->key, &triple->values[i]) : NULL;
	}
	return true;
}

/* ---- bytes ---- */

bool
scim_same_bytes(const JsonbValue *a, const JsonbValue *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type)
	{
		case jbvNull:
			return true;
		case jbvString:
			return a->val.string.len == b->val.string.len &&
				memcmp(a->val.string.val, b->val.string.val, a->val.string.len) == 0;
		case jbvNumeric:
			return VARSIZE_ANY(a->val.numeric) == VARSIZE_ANY(b->val.numeric) &&
				memcmp(a->val.numeric, b->val.numeric, VARSIZE_ANY(a->val.numeric)) == 0;
		case jbvBool:
			return a->val.boolean == b->val.boolean;
		case jbvBinary:
			return a->val.binary.len == b->val.binary.len &&
				memcmp(a->val.binary.data, b->val.binary.data, a->val.binary.len) == 0;
		default:
			return false;
	}
}
