/*
 * finder.h
 *		Finds items among many by a hash.
 *
 * An item is a number that means something to the caller.  The same hash may be
 * that of many, and what was added stays: whoever looks one up compares.
 */
#ifndef SCIM_CORE_FINDER_H
#define SCIM_CORE_FINDER_H

#include "postgres.h"

#include "utils/jsonb.h"

typedef struct ScimFound
{
	uint64		hash;
	int			item;
	int			next;			/* in its bucket; -1: the last */
} ScimFound;

/* All zero is empty. */
typedef struct ScimFinder
{
	ScimFound  *entries;
	int		   *buckets;		/* the first entry of each, or -1 */
	int			count;
	int			capacity;		/* of entries; as many buckets: a power of two */
} ScimFinder;

extern void scim_finder_add(ScimFinder *finder, uint64 hash, int item);

/*
 * The first entry with the hash, and the one after an entry, the last that was
 * added first; NULL: there is no more.
 */
extern const ScimFound *scim_finder_first(const ScimFinder *finder, uint64 hash);
extern const ScimFound *scim_finder_next(const ScimFinder *finder, const ScimFound *found);

/* Of the canonical form: the same for values that are equal (scim_equal). */
extern uint64 scim_value_hash(const JsonbValue *value);

extern uint64 scim_text_hash(const char *text, int length);

#endif							/* SCIM_CORE_FINDER_H */
