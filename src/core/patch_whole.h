/*
 * patch_whole.h
 *		What one operation of a patch wants of a resource, or of an extension, as a
 *		whole, as steps.
 */
#ifndef SCIM_CORE_PATCH_WHOLE_H
#define SCIM_CORE_PATCH_WHOLE_H

#include "core/patch_steps.h"

/*
 * Adds the steps of an operation on each attribute that an object names: of an extension, or
 * (NULL) of the resource.  Errors: those of scim_change.
 */
extern void scim_change_all(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
							const JsonbValue *given);

/*
 * The same for what a path leads to.  False: the type has no such attribute, which the rules
 * let pass; it is noted for the log.  INVALID_PATH, INVALID_FILTER.
 */
extern bool scim_change_at(ScimPatch *patch, ScimOp op, const char *path, int length,
						   const JsonbValue *given);

#endif							/* SCIM_CORE_PATCH_WHOLE_H */
