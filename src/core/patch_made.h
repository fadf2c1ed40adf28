/*
 * patch_made.h
 *		Values that a patch makes where none matches the filter of its path (the rule
 *		create_target).  For patch_*.c alone.
 */
#ifndef SCIM_CORE_PATCH_MADE_H
#define SCIM_CORE_PATCH_MADE_H

#include "core/patch_steps.h"

/* Is the step one that makes a value where its filter matches none? */
extern bool scim_makes_value(const ScimPatchRun *run, const ScimStep *step);

/*
 * The value of the attribute that the filter says: each sub-attribute that is to be equal to
 * something is that; an opened tree.  False: it asks for more than equality, joined by and, or
 * for what no client may set.  INVALID_VALUE: no value can be that.
 */
extern bool scim_make_value(const ScimFilter *filter, const ScimAttribute *attribute,
							JsonbValue *made);

/* A sub-attribute that is required, and the value lacks; or NULL. */
extern const ScimAttribute *scim_missing_part(const ScimAttribute *attribute,
											  const JsonbValue *value);

#endif							/* SCIM_CORE_PATCH_MADE_H */
