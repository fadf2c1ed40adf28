/*
 * merge_values.h
 *		A value that two sides may have changed, put together: objects by member,
 *		multi-valued attributes by element, all else as it is.
 */
#ifndef SCIM_CORE_MERGE_VALUES_H
#define SCIM_CORE_MERGE_VALUES_H

#include "core/merging.h"

/*
 * Merges the value at hand (each side a scalar or binary, as it counts, or NULL:
 * unassigned).  The result refers to the sides.
 */
extern void scim_merge_value(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged);

/* Is each side that has a value an object? */
extern bool scim_are_objects(const JsonbValue *const *of);

/* Are they on all sides, stored in the same bytes? */
extern bool scim_are_same_bytes(const JsonbValue *const *of);

/* Are two values, as they count, the same?  Either may be NULL. */
extern bool scim_is_same_value(const JsonbValue *a, const JsonbValue *b);

#endif							/* SCIM_CORE_MERGE_VALUES_H */
