/*
 * patch_values.h
 *		Steps of a patch on the values of a multi-valued attribute.
 */
#ifndef SCIM_CORE_PATCH_VALUES_H
#define SCIM_CORE_PATCH_VALUES_H

#include "core/patch_steps.h"

/*
 * Does a step to the values of an attribute: appends, takes out, or changes
 * those that match the step's filter.  Errors: NO_TARGET where none matches,
 * INVALID_VALUE (two primary values), MUTABILITY, TOO_LARGE.
 */
extern void scim_change_values(ScimPatchRun *run, const ScimStep *step, ScimPatchList *list);

/*
 * The step does not suit what is there: an error ("<path> <problem>"), or its
 * path is added to "differs".
 */
extern void scim_refuse_step(const ScimPatchRun *run, const ScimStep *step, ScimErrorCode code,
							 const char *problem);

/* What scim_refuse_step says of an immutable attribute. */
#define SCIM_IS_IMMUTABLE "is immutable: it has a value, and keeps it"

#endif							/* SCIM_CORE_PATCH_VALUES_H */
