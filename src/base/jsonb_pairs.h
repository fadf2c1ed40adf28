/*
 * jsonb_pairs.h
 *		The pairs of an object in the order of jsonb.
 */
#ifndef SCIM_BASE_JSONB_PAIRS_H
#define SCIM_BASE_JSONB_PAIRS_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * Pointers to the pairs of an object (a tree, which stays as it is), by length
 * and bytes of their keys, the last of equal keys alone; palloc'd.  "count": how
 * many there are.
 */
extern const JsonbPair **scim_sorted_pairs(const JsonbValue *object, int *count);

#endif							/* SCIM_BASE_JSONB_PAIRS_H */
