/*
 * entries.h
 *		The members of an object, in the order of the canonical form.
 */
#ifndef SCIM_CORE_ENTRIES_H
#define SCIM_CORE_ENTRIES_H

#include "postgres.h"

#include "utils/jsonb.h"

/* So many are collected on the stack. */
#define SCIM_FEW_ENTRIES 16

/* Up to this many are sorted by insertion: the calls of qsort cost more than the moves. */
#define SCIM_INSERTION_ENTRIES 32

typedef struct ScimEntry
{
	uint64		prefix;			/* the key's first bytes, to be compared as a number */
	const char *key;
	int			length;
	JsonbValue	value;
} ScimEntry;

/* What stands for an entry while few are sorted: less to move. */
typedef struct ScimSortedEntry
{
	uint64		prefix;
	const ScimEntry *entry;
} ScimSortedEntry;

typedef struct ScimEntries
{
	ScimEntry  *items;
	int			count;
	bool		by_prefix;		/* no prefix is 0 */
	ScimEntry	few[SCIM_FEW_ENTRIES];
	ScimSortedEntry sorted[SCIM_INSERTION_ENTRIES];
} ScimEntries;

/* Makes room for so many. */
extern void scim_init_entries(ScimEntries *entries, int capacity);

/* Adds one; there is room for it. */
extern void scim_add_entry(ScimEntries *entries, const char *key, int length,
						   const JsonbValue *value);

/* Makes them those of an object, be it binary or a tree; with room for some more. */
extern void scim_collect_entries(ScimEntries *entries, const JsonbValue *object, int more);

/* Brings them in order; nothing may be added then. */
extern void scim_sort_entries(ScimEntries *entries);

/* One of them, in order. */
static inline const ScimEntry *
scim_sorted_entry(const ScimEntries *entries, int i)
{
	return entries->count <= SCIM_INSERTION_ENTRIES ? entries->sorted[i].entry : &entries->items[i];
}

extern void scim_free_entries(ScimEntries *entries);

#endif							/* SCIM_CORE_ENTRIES_H */
