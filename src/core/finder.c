/*
 * finder.c
 *		Finds items among many by a hash.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/canonical.h"
#include "core/finder.h"
#include "utils/memutils.h"

static inline int *
bucket_of(const ScimFinder *finder, uint64 hash)
{
	return &finder->buckets[hash & (finder->capacity - 1)];
}

static void
link_entry(ScimFinder *finder, int index)
{
	int		   *bucket = bucket_of(finder, finder->entries[index].hash);

	finder->entries[index].next = *bucket;
	*bucket = index;
}

static void
grow(ScimFinder *finder)
{
	int			capacity = Max(16, 2 * finder->capacity);

	if (finder->entries)
	{
		pfree(finder->buckets);
		finder->entries = repalloc_huge(finder->entries, capacity * sizeof(ScimFound));
	}
	else
		finder->entries = palloc(capacity * sizeof(ScimFound));
	finder->buckets = palloc_extended(capacity * sizeof(int), MCXT_ALLOC_HUGE);
	finder->capacity = capacity;
	memset(finder->buckets, -1, capacity * sizeof(int));
	for (int i = 0; i < finder->count; i++)
		link_entry(finder, i);
}

void
scim_finder_add(ScimFinder *finder, uint64 hash, int item)
{
	ScimFound  *entry;

	if (finder->count == finder->capacity)
		grow(finder);
	entry = &finder->entries[finder->count];
	entry->hash = hash;
	entry->item = item;
	link_entry(finder, finder->count++);
}

static const ScimFound *
with_hash(const ScimFinder *finder, int index, uint64 hash)
{
	while (index >= 0 && finder->entries[index].hash != hash)
		index = finder->entries[index].next;
	return index >= 0 ? &finder->entries[index] : NULL;
}

const ScimFound *
scim_finder_first(const ScimFinder *finder, uint64 hash)
{
	return finder->count > 0 ? with_hash(finder, *bucket_of(finder, hash), hash) : NULL;
}

const ScimFound *
scim_finder_next(const ScimFinder *finder, const ScimFound *found)
{
	return with_hash(finder, found->next, found->hash);
}

uint64
scim_text_hash(const char *text, int length)
{
	return hash_bytes_extended((const unsigned char *) text, length, 0);
}

uint64
scim_value_hash(const JsonbValue *value)
{
	ScimForm	form = scim_canonical_form(value);

	return scim_text_hash(form.data, form.length);
}
