/*
 * patch_values.c
 *		Steps of a patch on the values of a multi-valued attribute: values that
 *		are added, listed to be removed, or chosen by a filter; entry point
 *		scim_change_values.
 *
 * A complex attribute that is not multi-valued is here a list of one value or
 * none, so that name[familyName eq "Lee"] needs no code of its own.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/patch_list.h"
#include "core/patch_made.h"
#include "core/patch_values.h"
#include "core/path_set.h"
#include "core/value.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* ---- errors ---- */

/* The place that a step's path leads to, and those that it refers to. */
typedef struct StepPlace
{
	ScimPlace	extension;
	ScimPlace	attribute;
	ScimPlace	sub;
} StepPlace;

static const ScimPlace *
step_place(const ScimPath *path, StepPlace *place)
{
	place->attribute = scim_place(NULL, path->attribute->name);
	if (path->extension)
	{
		place->extension = scim_place(NULL, path->extension->urn);
		place->attribute.up = &place->extension;
	}
	if (!path->sub)
		return &place->attribute;
	place->sub = scim_place(&place->attribute, path->sub->name);
	return &place->sub;
}

/*
 * With another version in mind that is no error, but a difference: of a
 * multi-valued attribute, as a whole.
 */
void
scim_refuse_step(const ScimPatchRun *run, const ScimStep *step, ScimErrorCode code,
				 const char *problem)
{
	StepPlace	place;
	const ScimPlace *last = step_place(&step->path, &place);
	char	   *text;

	if (run->differs)
	{
		scim_name_path(run->differs, step->path.attribute->multi_valued ? &place.attribute : last);
		return;
	}
	text = step->path.filter ? step->path.text : scim_place_text(last);
	scim_throw_path(code, text, "%s %-s", text, problem);
}

/* ---- the values ---- */

/* A required attribute keeps one value at least; "before" it had so many. */
static void
check_some_left(ScimPatchRun *run, const ScimStep *step, const ScimPatchList *list, int before)
{
	if (list->left == 0 && before > 0 && list->attribute->required)
		scim_refuse_step(run, step, SCIM_REQUIRED_REMOVED, "is required and cannot be removed");
}

static void
open_value(JsonbValue *value)
{
	if (value->type == jbvBinary)
		*value = *scim_open(value);
}

static void
clear_primary(ScimPatchRun *run, ScimPatchList *list, int index)
{
	JsonbValue *value = scim_values_at(list, index);

	open_value(value);
	scim_set_bool(value, "primary", false);
	scim_values_changed(run, list, index, NULL);
}

/*
 * RFC 7644 section 3.5.2: a new primary value takes the place of the old; "but"
 * (or NULL) says which may stay.
 */
static void
clear_primaries(ScimPatchRun *run, ScimPatchList *list, const bool *but)
{
	int			count = list->values->val.array.nElems;

	scim_charge(run, count - list->primary);
	for (int i = list->primary; i < count; i++)
	{
		if (!list->gone[i] && !(but && but[i]) && scim_is_primary(scim_values_at(list, i)))
			clear_primary(run, list, i);
	}
}

/* ---- values that are added ---- */

static bool
is_among(ScimPatchRun *run, ScimPatchList *list, const JsonbValue *value)
{
	ScimChosen	same = scim_values_find(run, list, NULL, value);
	bool		found = false;

	for (int i = 0; !found && i < same.count; i++)
		found = scim_equal(scim_values_at(list, same.items[i]), value);
	scim_free_chosen(&same);
	return found;
}

static void
append_values(ScimPatchRun *run, const JsonbValue *added, ScimPatchList *list)
{
	for (int i = 0; i < added->val.array.nElems; i++)
	{
		const JsonbValue *value = &added->val.array.elems[i];

		if (is_among(run, list, value))
			continue;
		if (scim_is_primary(value))
		{
			clear_primaries(run, list, NULL);
			list->primary = list->values->val.array.nElems;
		}
		scim_values_append(run, list, value);
	}
}

/* ---- values that are listed to be removed ---- */

/* The part of a listed value by which it is sought; false: one that says nothing lists nothing. */
static bool
telling_part(const ScimAttribute *attribute, const JsonbValue *listed, const ScimAttribute **part,
			 JsonbValue *sought)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	*part = NULL;
	*sought = *listed;
	if (!scim_is_object(listed))
		return true;
	scim_walk(&walk, listed->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		*part = scim_attribute(attribute->sub, key.val.string.val, key.val.string.len);
		*sought = value;
		if (scim_string_is(&key, "value"))
			break;
	}
	return walk.count > 0;
}

/* Does the value have all that is listed? */
static bool
has_all(const JsonbValue *value, const JsonbValue *listed)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	part;

	if (!scim_is_object(listed))
		return scim_equal(value, listed);
	scim_walk(&walk, listed->val.binary.data);
	while (scim_walk_next(&walk, &key, &part))
	{
		char	   *name = scim_string_copy(&key);
		JsonbValue	there;
		bool		has = scim_find_part(value, name, &there) && scim_equal(&there, &part);

		pfree(name);
		if (!has)
			return false;
	}
	return true;
}

static void
take_out_values(ScimPatchRun *run, const ScimStep *step, ScimPatchList *list)
{
	int			before = list->left;

	for (int i = 0; i < step->value.val.array.nElems; i++)
	{
		const JsonbValue *listed = &step->value.val.array.elems[i];
		const ScimAttribute *part;
		JsonbValue	sought;
		ScimChosen	found;

		if (!telling_part(list->attribute, listed, &part, &sought))
			continue;
		found = scim_values_find(run, list, part, &sought);
		for (int j = 0; j < found.count; j++)
		{
			if (has_all(scim_values_at(list, found.items[j]), listed))
				scim_values_remove(list, found.items[j]);
		}
		scim_free_chosen(&found);
	}
	check_some_left(run, step, list, before);
}

/* ---- values that a filter chooses ---- */

/* A sub-attribute of a value, or (part NULL) its removal. */
static void
set_part(ScimPatchRun *run, const ScimStep *step, const ScimAttribute *sub, JsonbValue *value,
		 const JsonbValue *part)
{
	JsonbValue	there;

	if (sub->mutability == SCIM_IMMUTABLE && scim_find_part(value, sub->name, &there) &&
		!scim_is_unassigned(&there) && !(part && scim_equal(&there, part)))
		scim_refuse_step(run, step, SCIM_MUTABILITY, SCIM_IS_IMMUTABLE);
	if (part)
		scim_set_value(value, sub->name, part);
	else
		scim_remove(value, sub->name, strlen(sub->name));
}

static void
merge_parts(ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
			JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	part;

	scim_walk(&walk, step->value.val.binary.data);
	while (scim_walk_next(&walk, &key, &part))
		set_part(run, step, scim_attribute(attribute->sub, key.val.string.val, key.val.string.len),
				 value, part.type == jbvNull ? NULL : &part);
}

/* Another value in its place; what is readOnly in it stays. */
static void
replace_value(const ScimStep *step, const ScimAttribute *attribute, JsonbValue *value)
{
	JsonbValue *new = scim_open(&step->value);
	JsonbValue	part;

	for (const ScimAttribute *sub = attribute->sub; sub && sub->name; sub++)
	{
		if (sub->mutability == SCIM_READ_ONLY && scim_find_part(value, sub->name, &part))
			scim_set_value(new, sub->name, &part);
	}
	*value = *new;
}

/* What the step makes of a value; false: nothing is left of it. */
static bool
change_value(ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
			 JsonbValue *value)
{
	const ScimAttribute *sub = step->path.sub;

	if (!sub && step->kind == STEP_UNSET)
		return false;
	if (!sub && step->kind == STEP_SET)
	{
		replace_value(step, attribute, value);
		return true;
	}
	open_value(value);
	if (!sub)
		merge_parts(run, step, attribute, value);
	else if (step->kind == STEP_APPEND)
	{
		ScimPatchList *list = scim_open_values(run, sub, value);

		append_values(run, &step->value, list);
		scim_store_values(run, list, value);
	}
	else
		set_part(run, step, sub, value, step->kind == STEP_SET ? &step->value : NULL);
	return value->val.object.nPairs > 0;
}

static bool
makes_primary(const ScimStep *step)
{
	if (step->path.sub)
		return step->kind == STEP_SET && strcmp(step->path.sub->name, "primary") == 0 &&
			step->value.type == jbvBool && step->value.val.boolean;
	return step->kind != STEP_UNSET && scim_is_primary(&step->value);
}

/*
 * The values that became primary take the place of the one that was; there must
 * not be two of them.
 */
static void
keep_one_primary(ScimPatchRun *run, const ScimStep *step, ScimPatchList *list,
				 const ScimChosen *chosen)
{
	ScimPlace	place = scim_place(NULL, step->path.text);
	bool	   *is_chosen = palloc_extended(list->values->val.array.nElems * sizeof(bool),
											MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	JsonbValue *changed = scim_new_array();

	for (int i = 0; i < chosen->count; i++)
	{
		is_chosen[chosen->items[i]] = true;
		scim_append(changed, scim_values_at(list, chosen->items[i]));
	}
	clear_primaries(run, list, is_chosen);
	scim_check_primary(changed, &place);
	list->primary = 0;
	pfree(is_chosen);
}

/*
 * The comparison with a text that the filter demands, whatever else it says: by
 * it values are found without looking at all of them.  Of several, that of
 * "value", which tells most.
 */
static const ScimFilter *
find_equality(const ScimFilter *filter)
{
	const ScimAttribute *leaf = filter->path.sub ? filter->path.sub : filter->path.attribute;
	const ScimFilter *found;
	const ScimFilter *other;

	check_stack_depth();
	switch (filter->kind)
	{
		case SCIM_FILTER_VALUE_PATH:
			return find_equality(filter->left);
		case SCIM_FILTER_AND:
			found = find_equality(filter->left);
			other = find_equality(filter->right);
			if (!found || (other && other->path.sub && strcmp(other->path.sub->name, "value") == 0))
				found = other;
			return found;
		case SCIM_FILTER_COMPARE:
			return filter->op == SCIM_EQ &&
				(leaf->type == SCIM_STRING || leaf->type == SCIM_REFERENCE) &&
				!(filter->path.sub && leaf->multi_valued)
				? filter
				: NULL;
		default:
			return NULL;
	}
}

/* The values that match. */
static ScimChosen
match_values(ScimPatchRun *run, const ScimFilter *filter, ScimPatchList *list)
{
	const ScimFilter *equality = find_equality(filter);
	ScimChosen	chosen = equality
	? scim_values_find_text(run, list, equality->path.sub, equality->value)
	: scim_values_all(run, list);
	JsonbValue *candidates = scim_new_array();
	bool	   *matches;
	int64		work = 0;
	int			kept = 0;

	for (int i = 0; i < chosen.count; i++)
	{
		work += scim_value_work(scim_values_at(list, chosen.items[i]), true);
		scim_append(candidates, scim_values_at(list, chosen.items[i]));
	}
	scim_charge(run, scim_match_work(filter, work));
	if (chosen.count == 0)
		return chosen;
	matches = run->matching->match(filter, candidates);
	for (int i = 0; i < chosen.count; i++)
	{
		/* in data that came by other ways, a value may be none of its type */
		if (matches[i] && scim_is_object(&candidates->val.array.elems[i]) ==
			(list->attribute->type == SCIM_COMPLEX))
			chosen.items[kept++] = chosen.items[i];
	}
	chosen.count = kept;
	pfree(matches);
	if (candidates->val.array.elems)
		pfree(candidates->val.array.elems);
	return chosen;
}

/* ---- values that no filter chooses ---- */

/* What the step makes of the value that the filter says; it is none that is there. */
static void
change_made(ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
			JsonbValue *made)
{
	const ScimAttribute *sub = step->path.sub;

	if (sub)
		change_value(run, step, attribute, made);
	else if (attribute->type == SCIM_COMPLEX)
		merge_parts(run, step, attribute, made);
	else
		*made = step->value;
}

/* No value matches: the rules say whether one is made, or it does not matter. */
static void
change_none(ScimPatchRun *run, const ScimStep *step, ScimPatchList *list)
{
	JsonbValue *values = scim_new_array();
	JsonbValue	made;
	const ScimAttribute *missing;

	if (step->kind == STEP_UNSET && run->rules->remove_absent)
		return;
	if (!scim_makes_value(run, step) || (list->left > 0 && !list->attribute->multi_valued) ||
		!scim_make_value(step->path.filter, list->attribute, &made))
	{
		scim_refuse_step(run, step, SCIM_NO_TARGET, "leads nowhere: no value matches the filter");
		return;
	}
	change_made(run, step, list->attribute, &made);
	missing = scim_missing_part(list->attribute, &made);
	if (missing)
	{
		scim_refuse_step(run, step, SCIM_NO_TARGET,
						 psprintf("leads nowhere: no value matches the filter, and a new one "
								  "would lack %s", missing->name));
		return;
	}
	scim_append(values, &made);
	append_values(run, values, list);
}

static void
change_chosen_values(ScimPatchRun *run, const ScimStep *step, ScimPatchList *list)
{
	ScimChosen	chosen = match_values(run, step->path.filter, list);
	int			before = list->left;

	if (chosen.count == 0)
	{
		change_none(run, step, list);
		return;
	}
	for (int i = 0; i < chosen.count; i++)
	{
		int			index = chosen.items[i];

		CHECK_FOR_INTERRUPTS();
		if (change_value(run, step, list->attribute, scim_values_at(list, index)))
			scim_values_changed(run, list, index, step->path.sub);
		else
			scim_values_remove(list, index);
	}
	if (list->attribute->multi_valued && makes_primary(step))
		keep_one_primary(run, step, list, &chosen);
	scim_free_chosen(&chosen);
	check_some_left(run, step, list, before);
}

void
scim_change_values(ScimPatchRun *run, const ScimStep *step, ScimPatchList *list)
{
	if (step->kind == STEP_TAKE_OUT)
		take_out_values(run, step, list);
	else if (step->path.filter && list->attribute == step->path.attribute)
		change_chosen_values(run, step, list);
	else
		append_values(run, &step->value, list);
}
