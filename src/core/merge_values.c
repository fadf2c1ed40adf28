/*
 * merge_values.c
 *		A value that two sides may have changed, put together.
 *
 * What each side changed is found on the way, from the leaves up, so that nothing
 * is compared more than once.
 */
#include "postgres.h"

#include "core/differ.h"
#include "core/elements.h"
#include "core/merge_primary.h"
#include "core/merge_values.h"
#include "miscadmin.h"

bool
scim_is_same_value(const JsonbValue *a, const JsonbValue *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return scim_same_bytes(a, b) || scim_same_content(a, b);
}

static bool
are_all(bool (*is) (const JsonbValue *), const JsonbValue *const *of)
{
	for (int side = 0; side < SCIM_THREE; side++)
	{
		if (of[side] && !is(of[side]))
			return false;
	}
	return true;
}

bool
scim_are_objects(const JsonbValue *const *of)
{
	return are_all(scim_is_object, of);
}

/* ---- wholes ---- */

static void
add_all_changed(ScimMerging *merging, const ScimMerged *merged)
{
	if (merged->changed[SCIM_MINE])
		scim_add_changed(merging, SCIM_MINE);
	if (merged->changed[SCIM_THEIRS])
		scim_add_changed(merging, SCIM_THEIRS);
}

/* Both changed it to that: but two who count from the same number have not agreed. */
static bool
have_agreed(const ScimMerging *merging, const JsonbValue *const *of)
{
	return scim_is_same_value(of[SCIM_MINE], of[SCIM_THEIRS]) &&
		!(of[SCIM_MINE] && of[SCIM_MINE]->type == jbvNumeric && scim_is_counted(merging));
}

static void
merge_whole(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	merged->changed[SCIM_MINE] = !scim_is_same_value(of[SCIM_BASE], of[SCIM_MINE]);
	merged->changed[SCIM_THEIRS] = !scim_is_same_value(of[SCIM_BASE], of[SCIM_THEIRS]);
	add_all_changed(merging, merged);
	if (!merged->changed[SCIM_MINE])
		scim_set_merged(merged, of[SCIM_THEIRS]);
	else if (!merged->changed[SCIM_THEIRS] || have_agreed(merging, of))
		scim_set_merged(merged, of[SCIM_MINE]);
	else
		(void) scim_decide(merging, of, merged);
}

/* ---- objects ---- */

static void
note_changed(ScimMerged *whole, const ScimMerged *part)
{
	whole->changed[SCIM_MINE] |= part->changed[SCIM_MINE];
	whole->changed[SCIM_THEIRS] |= part->changed[SCIM_THEIRS];
}

bool
scim_are_same_bytes(const JsonbValue *const *of)
{
	return of[SCIM_BASE] && of[SCIM_MINE] && of[SCIM_THEIRS] &&
		scim_same_bytes(of[SCIM_BASE], of[SCIM_MINE]) &&
		scim_same_bytes(of[SCIM_BASE], of[SCIM_THEIRS]);
}

/* Member by member; an absent object has none. */
static void
merge_objects(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	JsonbValue *object = scim_new_object();
	ScimThreeSides sides;
	ScimTriple	triple;

	memset(merged->changed, 0, sizeof(merged->changed));
	scim_begin_three_sides(&sides, of);
	while (scim_next_triple(&sides, &triple))
	{
		ScimMerged	member = {.assigned = true};
		int			back;

		if (scim_are_same_bytes(triple.of))
			member.value = triple.values[SCIM_THEIRS];
		else
		{
			back = scim_enter_part(merging, ".", &triple.key);
			scim_merge_value(merging, triple.of, &member);
			scim_leave_part(merging, back);
			note_changed(merged, &member);
		}
		if (member.assigned)
			scim_add(object, triple.key.val.string.val, triple.key.val.string.len, &member.value);
	}
	scim_set_merged(merged, object->val.object.nPairs > 0 ? object : NULL);
}

/* ---- elements ---- */

/* Of a whole value there may be many: what each side put in or took out. */
static int
merged_count(const int *count)
{
	int			mine = count[SCIM_MINE] - count[SCIM_BASE];
	int			theirs = count[SCIM_THEIRS] - count[SCIM_BASE];

	if (mine > 0 && theirs > 0)
		return Max(count[SCIM_MINE], count[SCIM_THEIRS]);
	if (mine < 0 && theirs < 0)
		return Min(count[SCIM_MINE], count[SCIM_THEIRS]);
	return count[SCIM_BASE] + mine + theirs;
}

/* One that both sides brought is told as such, and goes by member. */
static void
merge_new_element(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	bool		told = merging->told;

	scim_add_changed(merging, SCIM_MINE);
	scim_add_changed(merging, SCIM_THEIRS);
	merging->told = true;
	merge_objects(merging, of, merged);
	merging->told = told;
}

/* What goes here and is changed there is a conflict of the whole. */
static void
merge_element(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	if (of[SCIM_MINE] == NULL || of[SCIM_THEIRS] == NULL || scim_is_decided_whole(merging))
		merge_whole(merging, of, merged);
	else if (of[SCIM_BASE] == NULL)
		merge_new_element(merging, of, merged);
	else
		merge_objects(merging, of, merged);
}

/* Those that a part of theirs tells apart. */
static void
merge_told_apart(ScimMerging *merging, ScimElements *elements, ScimMerged *array)
{
	for (int i = 0; i < elements->count; i++)
	{
		ScimElement *element = &elements->items[i];
		ScimMerged	merged = {.assigned = true};
		int			back = merging->path.len;

		CHECK_FOR_INTERRUPTS();
		if (scim_are_same_bytes(element->of))
			merged.value = *element->of[SCIM_THEIRS];
		else
		{
			scim_append_brackets(&merging->path, elements, element);
			merge_element(merging, element->of, &merged);
			scim_leave_part(merging, back);
			note_changed(array, &merged);
		}
		element->wanted = merged.assigned;
		element->value = merged.value;
	}
}

/* Whole values: they come and go by their number, and never conflict. */
static void
merge_by_count(ScimMerging *merging, ScimElements *elements, ScimMerged *array)
{
	for (int i = 0; i < elements->count; i++)
	{
		ScimElement *element = &elements->items[i];

		CHECK_FOR_INTERRUPTS();
		element->wanted = merged_count(element->count);
		element->value = *(element->of[SCIM_THEIRS] ? element->of[SCIM_THEIRS] :
						   element->of[SCIM_MINE] ? element->of[SCIM_MINE] :
						   element->of[SCIM_BASE]);
		array->changed[SCIM_MINE] |= element->count[SCIM_MINE] != element->count[SCIM_BASE];
		array->changed[SCIM_THEIRS] |= element->count[SCIM_THEIRS] != element->count[SCIM_BASE];
	}
	add_all_changed(merging, array);
}

/* What is kept of a side's values, and is not there yet, in its order. */
static void
take_kept(JsonbValue *array, ScimElements *elements, int side)
{
	const ScimElementSide *values = &elements->of[side];

	for (int i = 0; i < values->count; i++)
	{
		ScimElement *element = &elements->items[values->elements[i]];

		if (element->taken == element->wanted)
			continue;
		element->taken++;
		scim_append(array, &element->value);
	}
}

/* A side that changed nothing but the order. */
static bool
has_moved(const ScimElements *elements, const ScimMerged *merged, int side)
{
	return !merged->changed[side] && !scim_is_same_order(elements, side);
}

/*
 * Where one side alone did something, its values are taken as they are; where that
 * is the order alone, it is a change of the whole.
 */
static void
take_one_side(ScimMerging *merging, int side, bool moved, const JsonbValue *const *of,
			  ScimMerged *merged)
{
	if (moved)
		scim_add_changed(merging, side);
	merged->changed[side] |= moved;
	scim_set_merged(merged, of[side]);
}

/* Both did: what is kept, in the order of theirs. */
static void
take_both_sides(ScimMerging *merging, ScimElements *elements, bool conflicts, ScimMerged *merged)
{
	JsonbValue *array = scim_new_array();

	if (!conflicts)
		scim_merge_primary(merging, elements);
	take_kept(array, elements, SCIM_THEIRS);
	take_kept(array, elements, SCIM_MINE);
	scim_set_merged(merged, array->val.array.nElems > 0 ? array : NULL);
}

static void
merge_elements(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	int			conflicts = list_length(merging->merge->conflicts);
	ScimElements elements = {0};
	bool		mine_moved;
	bool		theirs_moved;

	memset(merged->changed, 0, sizeof(merged->changed));
	scim_read_elements(&elements, of);
	if (elements.by == SCIM_BY_WHOLE)
		merge_by_count(merging, &elements, merged);
	else
		merge_told_apart(merging, &elements, merged);
	mine_moved = has_moved(&elements, merged, SCIM_MINE);
	theirs_moved = has_moved(&elements, merged, SCIM_THEIRS);
	if (!merged->changed[SCIM_MINE] && !mine_moved)
		take_one_side(merging, SCIM_THEIRS, theirs_moved, of, merged);
	else if (!merged->changed[SCIM_THEIRS] && !theirs_moved)
		take_one_side(merging, SCIM_MINE, mine_moved, of, merged);
	else
		take_both_sides(merging, &elements,
						list_length(merging->merge->conflicts) > conflicts, merged);
}

void
scim_merge_value(ScimMerging *merging, const JsonbValue *const *of, ScimMerged *merged)
{
	check_stack_depth();
	if (scim_is_decided_whole(merging))
		merge_whole(merging, of, merged);
	else if (scim_are_objects(of))
		merge_objects(merging, of, merged);
	else if (are_all(scim_is_array, of))
		merge_elements(merging, of, merged);
	else
		merge_whole(merging, of, merged);
}
