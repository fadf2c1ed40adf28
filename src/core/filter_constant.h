/*
 * filter_constant.h
 *		Conditions of which the type alone tells whether its resources meet them: filters of
 *		kind SCIM_FILTER_NEVER and SCIM_FILTER_ALWAYS.  For filter.c alone.
 */
#ifndef SCIM_CORE_FILTER_CONSTANT_H
#define SCIM_CORE_FILTER_CONSTANT_H

#include "core/filter_tree.h"

/*
 * What is left of a filter whose parts are folded: where they are clear, so is what is made
 * of them.
 */
extern ScimFilter *scim_fold_filter(ScimFilter *filter);

/* Does the name of the resource type, in whatever resource of it, meet the comparison? */
extern bool scim_type_name_matches(const char *name, ScimFilterOp op, const char *value);

#endif							/* SCIM_CORE_FILTER_CONSTANT_H */
