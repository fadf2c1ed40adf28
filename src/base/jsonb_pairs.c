/*
 * jsonb_pairs.c
 *		The pairs of an object in the order of jsonb.
 *
 * Most objects were opened from jsonb, and had a few members set behind: only
 * those are sorted, and merged with the others.
 */
#include "postgres.h"

#include "base/jsonb_pairs.h"

/* The order of jsonb: length first, then bytes. */
static int
compare_keys(const JsonbPair *a, const JsonbPair *b)
{
	const JsonbValue *x = &a->key;
	const JsonbValue *y = &b->key;

	if (x->val.string.len != y->val.string.len)
		return x->val.string.len > y->val.string.len ? 1 : -1;
	return memcmp(x->val.string.val, y->val.string.val, x->val.string.len);
}

/* For qsort: of equal keys, the one that was set first comes first. */
static int
compare_pairs(const void *a, const void *b)
{
	const JsonbPair *x = *(const JsonbPair *const *) a;
	const JsonbPair *y = *(const JsonbPair *const *) b;
	int			order = compare_keys(x, y);

	return order != 0 ? order : x < y ? -1 : 1;
}

/*
 * Merges the first "head" of the pairs, which are in order, with the others,
 * which were set after them: so of equal keys the last one is kept.
 */
static int
merge(const JsonbPair **pairs, int head, int count, const JsonbPair **merged)
{
	int			kept = 0;
	int			next = head;

	for (int i = 0; i < head || next < count;)
	{
		if (next == count || (i < head && compare_keys(pairs[i], pairs[next]) <= 0))
		{
			merged[kept++] = pairs[i++];
			continue;
		}
		if (kept > 0 && compare_keys(merged[kept - 1], pairs[next]) == 0)
			kept--;
		merged[kept++] = pairs[next++];
	}
	return kept;
}

static const JsonbPair **
new_pointers(int count)
{
	return palloc_extended(Max(count, 1) * sizeof(JsonbPair *), MCXT_ALLOC_HUGE);
}

const JsonbPair **
scim_sorted_pairs(const JsonbValue *object, int *count)
{
	int			n = object->val.object.nPairs;
	const JsonbPair **pairs = new_pointers(n);
	const JsonbPair **merged;
	int			head = 1;

	for (int i = 0; i < n; i++)
		pairs[i] = &object->val.object.pairs[i];
	while (head < n && compare_keys(pairs[head - 1], pairs[head]) < 0)
		head++;
	*count = n;
	if (head >= n)
		return pairs;
	qsort(pairs + head, n - head, sizeof(JsonbPair *), compare_pairs);
	merged = new_pointers(n);
	*count = merge(pairs, head, n, merged);
	pfree(pairs);
	return merged;
}
