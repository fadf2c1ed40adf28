/*
 * patch_list.c
 *		The values of a multi-valued attribute, opened while steps of a patch go
 *		over them; and what that costs.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/patch_list.h"
#include "core/same_values.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* What it takes to prepare a condition of a filter, counted in values that it looks at. */
#define CONDITION_WORK 100

/*
 * A large value counts as several of so many bytes; where its text is folded,
 * which takes longer, of so many.
 */
#define VALUE_SIZE 256
#define FOLDED_SIZE 32

/* ---- work ---- */

void
scim_charge(ScimPatchRun *run, int64 count)
{
	ScimError  *error;
	char	   *path;

	CHECK_FOR_INTERRUPTS();
	run->work += count;
	if (run->work <= scim_setting_max_patch_work)
		return;
	path = run->operation < 0 ? "Operations" : psprintf("Operations[%d]", run->operation);
	error = scim_error(SCIM_TOO_LARGE);
	scim_error_text(error, "path", path);
	scim_error_integer(error, "limit", scim_setting_max_patch_work);
	scim_throw(error, "the patch would look at more than %d values in all, at %s",
			   scim_setting_max_patch_work, path);
}

/* The bytes of a value, more or less. */
static int64
size_of(const JsonbValue *value)
{
	int64		size = 0;

	check_stack_depth();
	switch (value->type)
	{
		case jbvString:
			return value->val.string.len;
		case jbvBinary:
			return value->val.binary.len;
		case jbvArray:
			for (int i = 0; i < value->val.array.nElems; i++)
				size += size_of(&value->val.array.elems[i]);
			return size;
		case jbvObject:
			for (int i = 0; i < value->val.object.nPairs; i++)
				size += size_of(&value->val.object.pairs[i].value);
			return size;
		default:
			return 0;
	}
}

int64
scim_value_work(const JsonbValue *value, bool folded)
{
	int64		size = size_of(value);

	return folded ? 1 + Max(size - VALUE_SIZE, 0) / FOLDED_SIZE : 1 + size / VALUE_SIZE;
}

static int
count_conditions(const ScimFilter *filter)
{
	check_stack_depth();
	switch (filter->kind)
	{
		case SCIM_FILTER_AND:
		case SCIM_FILTER_OR:
			return count_conditions(filter->left) + count_conditions(filter->right);
		case SCIM_FILTER_NOT:
		case SCIM_FILTER_VALUE_PATH:
			return count_conditions(filter->left);
		default:
			return 1;
	}
}

int64
scim_match_work(const ScimFilter *filter, int64 work)
{
	return count_conditions(filter) * (work + CONDITION_WORK);
}

/* ---- opening and closing ---- */

bool
scim_find_part(const JsonbValue *object, const char *name, JsonbValue *value)
{
	JsonbValue *found;

	if (object->type == jbvBinary)
		return scim_is_object(object) && scim_find(object->val.binary.data, name, value);
	found = object->type == jbvObject ? scim_get(object, name, strlen(name)) : NULL;
	if (found)
		*value = *found;
	return found != NULL;
}

ScimPatchList *
scim_open_values(ScimPatchRun *run, const ScimAttribute *attribute, const JsonbValue *holder)
{
	ScimPatchList *list = palloc0(sizeof(ScimPatchList));
	JsonbValue *there = holder ? scim_get(holder, attribute->name, strlen(attribute->name)) : NULL;

	list->attribute = attribute;
	if (there && scim_is_array(there))
		list->values = scim_open(there);
	else
	{
		list->values = scim_new_array();
		if (there && !scim_is_unassigned(there))
			scim_append(list->values, there);
	}
	list->left = list->values->val.array.nElems;
	list->room = Max(8, list->left);
	list->gone = palloc_extended(list->room * sizeof(bool), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	scim_charge(run, list->left);
	return list;
}

/* The values, each once. */
static const JsonbValue *
unrepeated(const ScimPatchRun *run, const ScimPatchList *list)
{
	const JsonbValue *joined = run->rules->same_values && list->may_repeat &&
		scim_has_pairs(list->attribute)
	? scim_join_same_values(list->attribute, list->values)
	: NULL;

	return joined ? joined : list->values;
}

void
scim_store_values(const ScimPatchRun *run, const ScimPatchList *list, JsonbValue *holder)
{
	JsonbValue *values = list->values;
	int			kept = 0;

	for (int i = 0; i < values->val.array.nElems; i++)
	{
		if (!list->gone[i])
			values->val.array.elems[kept++] = values->val.array.elems[i];
	}
	values->val.array.nElems = kept;
	if (kept == 0)
		scim_remove(holder, list->attribute->name, strlen(list->attribute->name));
	else if (list->attribute->multi_valued)
		scim_set_value(holder, list->attribute->name, unrepeated(run, list));
	else
		scim_set_value(holder, list->attribute->name, &values->val.array.elems[0]);
}

/* ---- keys ---- */

/* The hash of text as filters compare it; what is no text may equal any. */
static uint64
text_hash(const ScimPatchRun *run, const ScimAttribute *attribute, const JsonbValue *value)
{
	const char *text = value->val.string.val;
	int			length = value->val.string.len;
	char	   *folded;
	uint64		hash;

	if (value->type != jbvString)
		return 0;
	if (attribute->case_exact || attribute->type == SCIM_REFERENCE)
		return scim_text_hash(text, length);
	folded = run->matching->fold(text, length);
	hash = scim_text_hash(folded, strlen(folded));
	pfree(folded);
	return hash;
}

static uint64
key_hash(const ScimPatchRun *run, const ScimPatchList *list, const ScimListKey *key,
		 const JsonbValue *value)
{
	return key->as_text ? text_hash(run, key->part ? key->part : list->attribute, value)
		: scim_value_hash(value);
}

static void
add_to_key(ScimPatchRun *run, const ScimPatchList *list, ScimListKey *key, int index)
{
	JsonbValue *value = scim_values_at(list, index);
	JsonbValue	part;

	scim_charge(run, scim_value_work(value, key->as_text));
	if (key->part == NULL)
		scim_finder_add(&key->finder, key_hash(run, list, key, value), index);
	else if (scim_find_part(value, key->part->name, &part))
		scim_finder_add(&key->finder, key_hash(run, list, key, &part), index);
}

/* The key, made when it is first asked for. */
static ScimListKey *
find_key(ScimPatchRun *run, ScimPatchList *list, const ScimAttribute *part, bool as_text)
{
	ScimListKey *key;

	for (key = list->keys; key; key = key->next)
	{
		if (key->part == part && key->as_text == as_text)
			return key;
	}
	key = palloc0(sizeof(ScimListKey));
	key->part = part;
	key->as_text = as_text;
	key->next = list->keys;
	list->keys = key;
	for (int i = 0; i < list->values->val.array.nElems; i++)
	{
		if (!list->gone[i])
			add_to_key(run, list, key, i);
	}
	return key;
}

/* ---- changes ---- */

void
scim_values_append(ScimPatchRun *run, ScimPatchList *list, const JsonbValue *value)
{
	int			index = list->values->val.array.nElems;

	if (index == list->room)
	{
		list->room *= 2;
		list->gone = repalloc_huge(list->gone, list->room * sizeof(bool));
	}
	list->gone[index] = false;
	list->left++;
	scim_append(list->values, value);
	scim_values_changed(run, list, index, NULL);
}

void
scim_values_remove(ScimPatchList *list, int index)
{
	list->left -= !list->gone[index];
	list->gone[index] = true;
}

/* What it was found by before stays: whoever finds it compares. */
void
scim_values_changed(ScimPatchRun *run, ScimPatchList *list, int index, const ScimAttribute *part)
{
	list->may_repeat = true;
	for (ScimListKey *key = list->keys; key; key = key->next)
	{
		if (part == NULL || key->part == NULL || key->part == part)
			add_to_key(run, list, key, index);
	}
}

/* ---- finding ---- */

void
scim_free_chosen(ScimChosen *items)
{
	if (items->items)
		pfree(items->items);
	items->items = NULL;
	items->count = 0;
}

ScimChosen
scim_values_all(ScimPatchRun *run, const ScimPatchList *list)
{
	ScimChosen	all = {.items = palloc_extended(Max(list->left, 1) * sizeof(int), MCXT_ALLOC_HUGE)};

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < list->values->val.array.nElems; i++)
	{
		if (!list->gone[i])
			all.items[all.count++] = i;
	}
	return all;
}

static int
compare_items(const void *a, const void *b)
{
	int			x = *(const int *) a;
	int			y = *(const int *) b;

	return (x > y) - (x < y);
}

/* Adds those with the hash that are not gone. */
static void
add_chosen(ScimPatchRun *run, const ScimPatchList *list, const ScimListKey *key, uint64 hash,
		   ScimChosen *found, int *room)
{
	for (const ScimFound *f = scim_finder_first(&key->finder, hash); f;
		 f = scim_finder_next(&key->finder, f))
	{
		scim_charge(run, list->gone[f->item]
					? 1
					: scim_value_work(scim_values_at(list, f->item), false));
		if (list->gone[f->item])
			continue;
		if (found->count == *room)
		{
			*room = Max(8, 2 * *room);
			found->items = found->items ? repalloc_huge(found->items, *room * sizeof(int)) :
				palloc(*room * sizeof(int));
		}
		found->items[found->count++] = f->item;
	}
}

/* In order, each once. */
static void
sort_chosen(ScimChosen *found)
{
	int			kept = 0;

	if (found->count < 2)
		return;
	qsort(found->items, found->count, sizeof(int), compare_items);
	for (int i = 0; i < found->count; i++)
	{
		if (kept == 0 || found->items[kept - 1] != found->items[i])
			found->items[kept++] = found->items[i];
	}
	found->count = kept;
}

static ScimChosen
find_by(ScimPatchRun *run, ScimPatchList *list, const ScimAttribute *part, bool as_text,
		const JsonbValue *sought)
{
	const ScimListKey *key = find_key(run, list, part, as_text);
	uint64		hash = key_hash(run, list, key, sought);
	ScimChosen	found = {NULL};
	int			room = 0;

	scim_charge(run, scim_value_work(sought, as_text));
	add_chosen(run, list, key, hash, &found, &room);
	if (as_text && hash != 0)
		add_chosen(run, list, key, 0, &found, &room);
	sort_chosen(&found);
	return found;
}

ScimChosen
scim_values_find(ScimPatchRun *run, ScimPatchList *list, const ScimAttribute *part,
				 const JsonbValue *sought)
{
	return find_by(run, list, part, false, sought);
}

ScimChosen
scim_values_find_text(ScimPatchRun *run, ScimPatchList *list, const ScimAttribute *part,
					  const char *sought)
{
	JsonbValue	text = scim_text(sought);

	return find_by(run, list, part, true, &text);
}
