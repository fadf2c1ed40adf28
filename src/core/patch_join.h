/*
 * patch_join.h
 *		Operations of a patch that can be done with one that stands before them.
 */
#ifndef SCIM_CORE_PATCH_JOIN_H
#define SCIM_CORE_PATCH_JOIN_H

#include "core/patch_steps.h"

/* The step to which values that are to be added to the same can be added; or NULL. */
extern ScimStep *scim_find_append(const ScimPatch *patch, const ScimPath *path);

/*
 * The step that sets the same sub-attribute in the values that the same filter
 * chooses, and may as well set another value; or NULL.
 */
extern ScimStep *scim_find_set(const ScimPatch *patch, const ScimPath *path);

#endif							/* SCIM_CORE_PATCH_JOIN_H */
