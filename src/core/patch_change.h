/*
 * patch_change.h
 *		What one operation of a patch wants, as steps.
 */
#ifndef SCIM_CORE_PATCH_CHANGE_H
#define SCIM_CORE_PATCH_CHANGE_H

#include "core/patch_steps.h"

/*
 * Adds the steps of an operation on what a path leads to, no extension as a
 * whole; "given" of type jbvNull: no value.
 */
extern void scim_change(ScimPatch *patch, ScimOp op, const ScimPath *path, const JsonbValue *given);

/* The same for an extension as a whole. */
extern void scim_change_extension(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
								  const JsonbValue *given);

/* The same for each attribute that an object names: of an extension, or (NULL) of the resource. */
extern void scim_change_all(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
							const JsonbValue *given);

#endif							/* SCIM_CORE_PATCH_CHANGE_H */
