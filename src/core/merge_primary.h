/*
 * merge_primary.h
 *		The one primary value of a multi-valued attribute that was merged.
 */
#ifndef SCIM_CORE_MERGE_PRIMARY_H
#define SCIM_CORE_MERGE_PRIMARY_H

#include "core/elements.h"
#include "core/merging.h"

/*
 * Where more than one of the elements that stay is primary, and of neither side alone:
 * a conflict of <attribute>.primary, of the primary values as wholes.  One stays so,
 * the others are no longer.
 */
extern void scim_merge_primary(ScimMerging *merging, ScimElements *elements);

#endif							/* SCIM_CORE_MERGE_PRIMARY_H */
