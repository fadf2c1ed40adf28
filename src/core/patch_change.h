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

#endif							/* SCIM_CORE_PATCH_CHANGE_H */
