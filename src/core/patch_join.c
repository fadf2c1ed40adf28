/*
 * patch_join.c
 *		Operations of a patch that can be done with one that stands before them:
 *		so that many that say the same do not each look at all values.
 *
 * The step is sought among the last few, as long as those in between have
 * nothing to do with it.
 */
#include "postgres.h"

#include "core/patch_join.h"
#include "core/patch_steps.h"
#include "miscadmin.h"

#define LOOK_BACK 32

/* Does the step touch the attribute that the path leads to, or into? */
static bool
is_about(const ScimStep *step, const ScimPath *path)
{
	return step->path.extension == path->extension &&
		(step->path.attribute == path->attribute || !step->path.attribute);
}

/* The last of those that touch the attribute, before the step "end"; NULL: none of the last few. */
static ScimStep *
last_about(const ScimPatch *patch, const ScimPath *path, int end)
{
	for (int i = end - 1; i >= Max(0, patch->count - LOOK_BACK); i--)
	{
		if (is_about(&patch->steps[i], path))
			return &patch->steps[i];
	}
	return NULL;
}

/* What is immutable is set once, not bit by bit. */
static bool
is_immutable(const ScimPath *path)
{
	return path->attribute->mutability == SCIM_IMMUTABLE ||
		(path->sub && path->sub->mutability == SCIM_IMMUTABLE);
}

ScimStep *
scim_find_append(const ScimPatch *patch, const ScimPath *path)
{
	ScimStep   *step = path->filter || is_immutable(path) ? NULL
	: last_about(patch, path, patch->count);

	return step && step->kind == STEP_APPEND && step->path.sub == path->sub && !step->path.filter
		? step
		: NULL;
}

/* ---- the same filter ---- */

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
same_filter(const ScimFilter *a, const ScimFilter *b)
{
	check_stack_depth();
	if (!a || !b)
		return a == b;
	return a->kind == b->kind && a->path.extension == b->path.extension &&
		a->path.attribute == b->path.attribute && a->path.sub == b->path.sub &&
		a->op == b->op && a->value_kind == b->value_kind && same_text(a->value, b->value) &&
		same_filter(a->left, b->left) && same_filter(a->right, b->right);
}

static bool
asks_for(const ScimFilter *filter, const ScimAttribute *sub)
{
	check_stack_depth();
	return filter &&
		(filter->path.sub == sub || asks_for(filter->left, sub) || asks_for(filter->right, sub));
}

/* One that sets a sub-attribute by which no value comes to be chosen, or no longer. */
static bool
sets_part(const ScimStepKind kind, const ScimPath *path)
{
	return kind == STEP_SET && path->filter && path->sub && !is_immutable(path) &&
		strcmp(path->sub->name, "primary") != 0 && !asks_for(path->filter, path->sub);
}

ScimStep *
scim_find_set(const ScimPatch *patch, const ScimPath *path)
{
	ScimStep   *step = sets_part(STEP_SET, path) ? last_about(patch, path, patch->count) : NULL;

	while (step && sets_part(step->kind, &step->path) &&
		   same_filter(step->path.filter, path->filter))
	{
		if (step->path.sub == path->sub)
			return step;
		step = last_about(patch, path, step - patch->steps);
	}
	return NULL;
}
