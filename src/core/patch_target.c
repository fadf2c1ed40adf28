/*
 * patch_target.c
 *		What an operation of a PATCH is about, and its steps.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/patch_target.h"
#include "core/value.h"
#include "utils/memutils.h"

void
scim_set_target(ScimPatchTarget *target, const ScimPath *path)
{
	int			depth = 0;

	target->path = *path;
	target->place = NULL;
	if (path->extension)
		target->places[depth++] = scim_place(NULL, path->extension->urn);
	if (path->attribute)
		target->places[depth++] = scim_place(NULL, path->attribute->name);
	if (path->sub)
		target->places[depth++] = scim_place(NULL, path->sub->name);
	for (int i = 0; i < depth; i++)
	{
		target->places[i].up = target->place;
		target->place = &target->places[i];
	}
}

const ScimAttribute *
scim_leaf(const ScimPath *path)
{
	return path->sub ? path->sub : path->attribute;
}

bool
scim_is_nothing(const JsonbValue *value)
{
	return scim_is_unassigned(value) && !scim_is_object(value);
}

/* ---- errors ---- */

void
scim_throw_at(ScimErrorCode code, const ScimPlace *place, const char *problem)
{
	char	   *path = scim_place_text(place);

	scim_throw_path(code, path, "%s %-s", path, problem);
}

void
scim_refuse_list(const ScimPatchTarget *target)
{
	scim_throw_at(SCIM_INVALID_SYNTAX, target->place,
				  "takes no value in remove, but where it lists some of many values");
}

/* ---- steps ---- */

ScimStep *
scim_new_step(ScimPatch *patch, ScimStepKind kind, const ScimPatchTarget *target)
{
	ScimStep   *step;

	if (patch->count == patch->capacity)
	{
		patch->capacity = Max(8, 2 * patch->capacity);
		patch->steps = patch->steps ?
			repalloc_huge(patch->steps, patch->capacity * sizeof(ScimStep)) :
			palloc(patch->capacity * sizeof(ScimStep));
	}
	step = &patch->steps[patch->count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->path = target->path;
	step->operation = patch->operation;
	return step;
}

void
scim_unset(ScimPatch *patch, const ScimPatchTarget *target)
{
	const ScimAttribute *leaf = scim_leaf(&target->path);

	/* of a required multi-valued attribute some may go, if others stay */
	if (leaf && leaf->required && (target->path.sub || !target->path.filter))
		scim_throw_at(SCIM_REQUIRED_REMOVED, target->place, "is required and cannot be removed");
	scim_new_step(patch, STEP_UNSET, target);
}
