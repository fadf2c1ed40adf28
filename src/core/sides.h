/*
 * sides.h
 *		Two objects side by side, or three.
 *
 * The keys of a jsonb object are in order, so objects are gone through together,
 * each once, however many keys they have.
 */
#ifndef SCIM_CORE_SIDES_H
#define SCIM_CORE_SIDES_H

#include "base/jsonb_tree.h"

/* One object on the way; an absent one has no members. */
typedef struct ScimSide
{
	ScimWalk	walk;
	bool		there;			/* is there a member at hand? */
	JsonbValue	key;
	JsonbValue	value;
} ScimSide;

typedef struct ScimSides
{
	ScimSide	a;
	ScimSide	b;
} ScimSides;

/* The member of that key in both: NULL in the one that lacks it. */
typedef struct ScimPair
{
	JsonbValue	key;
	JsonbValue	values[2];
	const JsonbValue *a;		/* one of these, or NULL */
	const JsonbValue *b;
} ScimPair;

/* Of binary objects; NULL: one without members. */
extern void scim_begin_sides(ScimSides *sides, const JsonbValue *a, const JsonbValue *b);

/* In the order of jsonb's keys: false at the end of both. */
extern bool scim_next_pair(ScimSides *sides, ScimPair *pair);

/* The sides of a merge. */
#define SCIM_BASE	0
#define SCIM_MINE	1
#define SCIM_THEIRS 2
#define SCIM_THREE	3

typedef struct ScimThreeSides
{
	ScimSide	of[SCIM_THREE];
} ScimThreeSides;

/* The member of that key in all three: NULL in those that lack it. */
typedef struct ScimTriple
{
	JsonbValue	key;
	JsonbValue	values[SCIM_THREE];
	const JsonbValue *of[SCIM_THREE];	/* each one of these, or NULL */
} ScimTriple;

extern void scim_begin_three_sides(ScimThreeSides *sides, const JsonbValue *const *objects);
extern bool scim_next_triple(ScimThreeSides *sides, ScimTriple *triple);

/* The order of keys in jsonb: by length, then by bytes. */
static inline int
scim_compare_keys(const JsonbValue *a, const JsonbValue *b)
{
	int			length = a->val.string.len;

	if (length != b->val.string.len)
		return length < b->val.string.len ? -1 : 1;
	return memcmp(a->val.string.val, b->val.string.val, length);
}

/* Are the values, scalars or binary, stored in the same bytes? */
extern bool scim_same_bytes(const JsonbValue *a, const JsonbValue *b);

#endif							/* SCIM_CORE_SIDES_H */
