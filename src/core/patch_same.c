/*
 * patch_same.c
 *		readOnly attributes that a patch names again, as in a resource that is sent
 *		back as it was read: they must be what is there.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/etag.h"
#include "core/patch_list.h"
#include "core/patch_same.h"
#include "core/patch_steps.h"
#include "core/patch_values.h"
#include "core/spelling.h"
#include "miscadmin.h"

/* ---- comparing ---- */

static bool is_same(ScimPatchRun *run, const JsonbValue *given, const JsonbValue *shown,
					ScimSpellId spell);

/* An element of what is shown, by its "value", or what it is itself. */
typedef struct Element
{
	const char *key;			/* NULL: nothing to find it by */
	const JsonbValue *value;
} Element;

static int
compare_elements(const void *a, const void *b)
{
	const char *x = ((const Element *) a)->key;
	const char *y = ((const Element *) b)->key;

	if (x == NULL || y == NULL)
		return (x != NULL) - (y != NULL);
	return strcmp(x, y);
}

/* In the order of their keys. */
static Element *
sort_elements(const JsonbValue *array, ScimSpellId spell)
{
	int			count = array->val.array.nElems;
	Element    *elements = palloc_extended(Max(count, 1) * sizeof(Element), MCXT_ALLOC_HUGE);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		elements[i].value = &array->val.array.elems[i];
		elements[i].key = scim_element_key(elements[i].value, spell);
	}
	qsort(elements, count, sizeof(Element), compare_elements);
	return elements;
}

/* Is the element among those with its key?  One without may be any of them. */
static bool
is_among(ScimPatchRun *run, const JsonbValue *given, const Element *elements, int count,
		 ScimSpellId spell)
{
	Element		wanted = {scim_element_key(given, spell), given};
	int			low = 0;
	int			high = wanted.key ? count : 0;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (compare_elements(&elements[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && (wanted.key == NULL || compare_elements(&elements[low], &wanted) == 0);
		 low++)
	{
		scim_charge(run, 1);
		if (is_same(run, given, elements[low].value, spell))
			return true;
	}
	return false;
}

static bool
is_same_array(ScimPatchRun *run, const JsonbValue *given, const JsonbValue *shown,
			  ScimSpellId spell)
{
	JsonbValue *a = scim_open(given);
	JsonbValue *b = scim_open(shown);
	int			count = b->val.array.nElems;
	Element    *elements;

	if (a->val.array.nElems != count)
		return false;
	scim_charge(run, count);
	elements = sort_elements(b, spell);
	for (int i = 0; i < count; i++)
	{
		if (!is_among(run, &a->val.array.elems[i], elements, count, spell))
			return false;
	}
	return true;
}

/* Is it a member that stands for the whole object? */
static bool
is_spelled_name(const JsonbValue *key)
{
	return scim_same_name(key->val.string.val, key->val.string.len, "value") ||
		scim_same_name(key->val.string.val, key->val.string.len, "version");
}

/*
 * Does what is given change nothing in what is there?  An object need not name
 * all members.  "spell": strings, and "value" and "version" in objects, are ids or versions,
 * which have more spellings than one.
 */
static bool
is_same(ScimPatchRun *run, const JsonbValue *given, const JsonbValue *shown, ScimSpellId spell)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	there;

	check_stack_depth();
	if (scim_is_unassigned(given))
		return !shown || scim_is_unassigned(shown);
	if (!shown || scim_is_object(given) != scim_is_object(shown) ||
		scim_is_array(given) != scim_is_array(shown))
		return false;
	if (scim_is_array(given))
		return is_same_array(run, given, shown, spell);
	if (!scim_is_object(given))
		return spell && given->type == jbvString && shown->type == jbvString
			? strcmp(scim_spelled(given, spell), scim_spelled(shown, spell)) == 0
			: scim_equal(given, shown);
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (!is_same(run, &value, scim_find_any_case(shown, &key, &there) ? &there : NULL,
					 is_spelled_name(&key) ? spell : NULL))
			return false;
	}
	return true;
}

/* ---- what is there ---- */

/* The attribute as the client reads it. */
static bool
find_shown(const ScimStep *step, Jsonb *shown, JsonbValue *value)
{
	JsonbContainer *holder = &shown->root;
	const char *name = step->path.attribute->name;

	if (step->path.extension)
	{
		if (!scim_find(holder, step->path.extension->urn, value) || !scim_is_object(value))
			return false;
		holder = value->val.binary.data;
	}
	if (scim_find(holder, name, value))
		return true;
	/* the tools show meta.version under this name too */
	return strcmp(name, "_version") == 0 && scim_find(holder, "meta", value) &&
		scim_is_object(value) && scim_find(value->val.binary.data, "version", value);
}

/*
 * How the ids in the attribute are spelled, or versions, which HTTP shows as ETags; NULL:
 * there are none.
 */
static ScimSpellId
spelling_in(const ScimPatch *patch, const ScimPath *path)
{
	if (path->extension)
		return NULL;
	if (strcmp(path->attribute->name, "id") == 0)
		return patch->ids.own;
	if (strcmp(path->attribute->name, "meta") == 0 ||
		strcmp(path->attribute->name, "_version") == 0)
		return scim_bare_version;
	return patch->type->has_groups && strcmp(path->attribute->name, "groups") == 0
		? patch->ids.others
		: NULL;
}

void
scim_check_same(ScimPatchRun *run, const ScimPatch *patch, const ScimStep *step, Jsonb *shown)
{
	JsonbValue	there;

	if (!shown)
		elog(ERROR, "the resource as read is missing");
	if (!is_same(run, &step->value, find_shown(step, shown, &there) ? &there : NULL,
				 spelling_in(patch, &step->path)))
		scim_refuse_step(run, step, SCIM_MUTABILITY, "is read-only, and not what was given");
}
