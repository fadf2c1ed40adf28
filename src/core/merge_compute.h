/*
 * merge_compute.h
 *		What a rule computes of a value that both sides changed.
 */
#ifndef SCIM_CORE_MERGE_COMPUTE_H
#define SCIM_CORE_MERGE_COMPUTE_H

#include "core/merge_rules.h"

/*
 * By counter, max or min, of the three values (NULL: unassigned; core/sides.h says which
 * is which).  The result may refer to them.  False: it cannot be computed, as they
 * are none of those that the rule is for, or a number of more digits than any may have.
 */
extern bool scim_compute_merged(ScimMergeRule rule, const JsonbValue *const *of,
								JsonbValue *result);

/*
 * Is there nothing to compute, as one side took away what the rule is for?  Then no
 * value is wrong, and none is right.
 */
extern bool scim_is_taken_away(ScimMergeRule rule, const JsonbValue *const *of);

#endif							/* SCIM_CORE_MERGE_COMPUTE_H */
