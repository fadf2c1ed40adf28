/*
 * patch_same.h
 *		readOnly attributes that a patch names again.
 */
#ifndef SCIM_CORE_PATCH_SAME_H
#define SCIM_CORE_PATCH_SAME_H

#include "core/patch_steps.h"

/*
 * Of a readOnly attribute: is what the step gives what is there, in the resource
 * as the client reads it?  Any spelling of an id is that id.  Errors: MUTABILITY, TOO_LARGE.
 */
extern void scim_check_same(ScimPatchRun *run, const ScimPatch *patch, const ScimStep *step,
							Jsonb *shown);

#endif							/* SCIM_CORE_PATCH_SAME_H */
