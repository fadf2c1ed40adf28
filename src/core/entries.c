/*
 * entries.c
 *		The members of an object are collected and sorted.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/entries.h"
#include "core/jcs.h"
#include "port/pg_bswap.h"

void
scim_init_entries(ScimEntries *entries, int capacity)
{
	entries->count = 0;
	entries->by_prefix = true;
	entries->items = entries->few;
	if (capacity > SCIM_FEW_ENTRIES)
		entries->items = palloc_extended(capacity * sizeof(ScimEntry), MCXT_ALLOC_HUGE);
}

void
scim_free_entries(ScimEntries *entries)
{
	if (entries->items != entries->few)
		pfree(entries->items);
}

/*
 * The first 8 bytes of the key, the first one highest, and zeros behind its
 * end: of two keys in ASCII, the one with the smaller number comes first.  Of
 * any other key, 0: then jcs_compare decides.
 */
static inline uint64
key_prefix(const char *key, int length)
{
	uint64		prefix = 0;
	uint32		half[2];

	if (length >= 8)
	{
		memcpy(&prefix, key, 8);
		prefix = pg_ntoh64(prefix);
	}
	else if (length >= 4)
	{
		/* the last four bytes, less those that are among the first four */
		memcpy(&half[0], key, 4);
		memcpy(&half[1], key + length - 4, 4);
		prefix = (uint64) pg_ntoh32(half[0]) << 32 |
			(uint32) ((uint64) pg_ntoh32(half[1]) << (8 * (8 - length)));
	}
	else
		for (int i = 0; i < length; i++)
			prefix |= (uint64) (unsigned char) key[i] << (56 - 8 * i);
	return (prefix & UINT64CONST(0x8080808080808080)) ? 0 : prefix;
}

static inline void
note_prefix(ScimEntries *entries, ScimEntry *entry)
{
	entry->prefix = key_prefix(entry->key, entry->length);
	entries->by_prefix &= entry->prefix != 0;
}

void
scim_add_entry(ScimEntries *entries, const char *key, int length, const JsonbValue *value)
{
	ScimEntry  *entry = &entries->items[entries->count++];

	entry->key = key;
	entry->length = length;
	entry->value = *value;
	note_prefix(entries, entry);
}

static void
collect_stored(ScimEntries *entries, JsonbContainer *object, int more)
{
	ScimWalk	walk;
	ScimEntry  *entry;

	scim_walk(&walk, object);
	scim_init_entries(entries, walk.count + more);
	entry = entries->items;
	while (scim_walk_member(&walk, &entry->key, &entry->length, &entry->value))
		note_prefix(entries, entry++);
	entries->count = walk.count;
}

void
scim_collect_entries(ScimEntries *entries, const JsonbValue *object, int more)
{
	if (object->type == jbvBinary)
	{
		collect_stored(entries, object->val.binary.data, more);
		return;
	}
	scim_init_entries(entries, object->val.object.nPairs + more);
	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		const JsonbPair *pair = &object->val.object.pairs[i];

		scim_add_entry(entries, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
	}
}

static int
compare_entries(const void *a, const void *b)
{
	const ScimEntry *x = a;
	const ScimEntry *y = b;

	if (likely(x->prefix != y->prefix && x->prefix != 0 && y->prefix != 0))
		return x->prefix < y->prefix ? -1 : 1;
	return jcs_compare(x->key, x->length, y->key, y->length);
}

static inline bool
comes_after(const ScimSortedEntry *a, const ScimSortedEntry *b)
{
	if (likely(a->prefix != b->prefix))
		return a->prefix > b->prefix;
	return compare_entries(a->entry, b->entry) > 0;
}

static void
sort_few(ScimEntries *entries)
{
	ScimSortedEntry *sorted = entries->sorted;

	for (int i = 0; i < entries->count; i++)
	{
		const ScimEntry *entry = &entries->items[i];
		ScimSortedEntry next = {entries->by_prefix ? entry->prefix : 0, entry};
		int			j = i;

		for (; j > 0 && comes_after(&sorted[j - 1], &next); j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = next;
	}
}

void
scim_sort_entries(ScimEntries *entries)
{
	if (entries->count <= SCIM_INSERTION_ENTRIES)
		sort_few(entries);
	else
		qsort(entries->items, entries->count, sizeof(ScimEntry), compare_entries);
}
