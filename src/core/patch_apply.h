/*
 * patch_apply.h
 *		The operations of a patch, done to a resource.
 */
#ifndef SCIM_CORE_PATCH_APPLY_H
#define SCIM_CORE_PATCH_APPLY_H

#include "core/patch.h"
#include "core/path_set.h"

/*
 * Applies the operations, in order, to a resource as stored.  "shown" is the
 * complete resource as a client reads it (id, meta, groups), against which a
 * pathless value's id, meta, _version and groups are compared: equal is
 * ignored, else MUTABILITY; NULL if scim_patch_needs_shown is false.  With
 * "differs" (of a client that is known to have read another version) it is no
 * error when the operations do not suit what is there: their paths are added.
 * "matching" finds the values that a value filter means.
 * Returns the new document (a tree; the given jsonb is not changed).  Errors:
 * MUTABILITY, NO_TARGET, INVALID_VALUE (two primary values, required missing),
 * TOO_LARGE (scimver.max_patch_work).
 */
extern JsonbValue *scim_apply_patch(const ScimPatch *patch, Jsonb *data, Jsonb *shown,
									ScimPathSet *differs, const ScimMatching *matching);

#endif							/* SCIM_CORE_PATCH_APPLY_H */
