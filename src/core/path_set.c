/*
 * path_set.c
 *		Paths in a resource that an answer is to name: few enough to be read.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/path_set.h"
#include "core/place.h"

/* Is the text among them, or was there room for it? */
static bool
add(char **texts, int *count, char *text)
{
	for (int i = 0; i < *count; i++)
	{
		if (strcmp(texts[i], text) == 0)
			return true;
	}
	if (*count == SCIM_NAMED_PATHS)
		return false;
	texts[(*count)++] = text;
	return true;
}

void
scim_name_path(ScimPathSet *set, const ScimPlace *place)
{
	const ScimPlace *top = place;

	if (!set->overflown)
		set->overflown = !add(set->paths, &set->count, scim_place_text(place));
	while (top->up)
		top = top->up;
	(void) add(set->tops, &set->top_count, scim_place_text(top));
}

void
scim_name_path_text(ScimPathSet *set, const char *path, int top_length)
{
	if (!set->overflown)
		set->overflown = !add(set->paths, &set->count, pstrdup(path));
	(void) add(set->tops, &set->top_count, pnstrdup(path, top_length));
}

bool
scim_path_set_is_full(const ScimPathSet *set)
{
	return set->overflown && set->top_count == SCIM_NAMED_PATHS;
}

JsonbValue *
scim_named_paths(const ScimPathSet *set)
{
	JsonbValue *array = scim_new_array();
	int			count = set->overflown ? set->top_count : set->count;

	for (int i = 0; i < count; i++)
		scim_append_text(array, pstrdup(set->overflown ? set->tops[i] : set->paths[i]));
	return array;
}
