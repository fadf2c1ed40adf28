/*
 * patch_target.h
 *		What an operation of a PATCH is about, and its steps; for patch_change.c and
 *		patch_whole.c.
 */
#ifndef SCIM_CORE_PATCH_TARGET_H
#define SCIM_CORE_PATCH_TARGET_H

#include "base/compat.h"
#include "base/errors.h"
#include "core/patch_steps.h"
#include "core/place.h"

/* What an operation, or a member of its value, is about. */
typedef struct ScimPatchTarget
{
	ScimPath	path;
	ScimPlace	places[3];
	const ScimPlace *place;		/* of these three, the innermost */
} ScimPatchTarget;

extern void scim_set_target(ScimPatchTarget *target, const ScimPath *path);

/* What the path leads to; NULL: an extension as a whole. */
extern const ScimAttribute *scim_leaf(const ScimPath *path);

/* An error with the path to the place: "<path> <problem>". */
extern SCIM_NORETURN void scim_throw_at(ScimErrorCode code, const ScimPlace *place,
										const char *problem);

/* A step on it, the last one of the patch. */
extern ScimStep *scim_new_step(ScimPatch *patch, ScimStepKind kind, const ScimPatchTarget *target);

/* The step by which it becomes unassigned; MUTABILITY if it is required. */
extern void scim_unset(ScimPatch *patch, const ScimPatchTarget *target);

/* Unassigned, but for {}: as a set of sub-attributes to change it is just empty. */
extern bool scim_is_nothing(const JsonbValue *value);

/* INVALID_SYNTAX: "remove" takes no such value, but where it lists some of many. */
extern SCIM_NORETURN void scim_refuse_list(const ScimPatchTarget *target);

#endif							/* SCIM_CORE_PATCH_TARGET_H */
