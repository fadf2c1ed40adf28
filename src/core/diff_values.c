/*
 * diff_values.c
 *		How the values of a multi-valued attribute differ.
 *
 * A value is told from the others by its "type", else by its "value": a string
 * that no other one has, on either side, however a filter compares them.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "core/diff_values.h"
#include "core/differ.h"
#include "core/finder.h"
#include "core/fold.h"
#include "core/schema.h"
#include "core/sides.h"
#include "miscadmin.h"

/* So many changes of one attribute, at most: beyond that the whole says more. */
#define MOST_CHANGES 50

/* Longer texts are none to tell a value by. */
#define LONGEST_KEY 256

/* So many members have a change each; of more than that, as many go by one. */
#define MOST_SINGLE_MEMBERS 100

/* ---- changes ---- */

void
scim_add_change(JsonbValue *changes, const char *path, const JsonbValue *from,
				const JsonbValue *to)
{
	JsonbValue *change = scim_new_object();

	if (path)
		scim_set_text(change, "path", path);
	if (from)
		scim_set_value(change, "from", from);
	if (to)
		scim_set_value(change, "to", to);
	scim_append(changes, change);
}

char *
scim_path_name(const JsonbValue *key)
{
	char	   *name = scim_string_copy(key);

	return scim_is_attribute_name(name) ? name : NULL;
}

/* ---- values and what tells them apart ---- */

typedef struct Values
{
	JsonbValue *items;
	int			count;
	JsonbValue *keys;			/* of each, its text in that part */
	char	  **folded;			/* the same as filters compare it */
	ScimFinder	finder;			/* by that */
} Values;

static void *
many(int count, Size size)
{
	return palloc_extended(Max(count, 1) * size, MCXT_ALLOC_HUGE);
}

static void
open_values(Values *values, const JsonbValue *array)
{
	JsonbValue *tree = scim_open(array);

	memset(values, 0, sizeof(Values));
	values->items = tree->val.array.elems;
	values->count = tree->val.array.nElems;
}

/* The value with that text, folded; -1: none. */
static int
find_value(const Values *values, const char *text)
{
	uint64		hash = scim_text_hash(text, strlen(text));

	for (const ScimFound *found = scim_finder_first(&values->finder, hash); found;
		 found = scim_finder_next(&values->finder, found))
	{
		if (strcmp(values->folded[found->item], text) == 0)
			return found->item;
	}
	return -1;
}

/*
 * The text by which a filter finds the value.  One with a ':' may be a time, or a
 * URI, of which others may be equal that read otherwise.
 */
static bool
read_key(const JsonbValue *value, const char *part, JsonbValue *key)
{
	return scim_is_object(value) && scim_find(value->val.binary.data, part, key) &&
		key->type == jbvString && key->val.string.len > 0 && key->val.string.len <= LONGEST_KEY &&
		memchr(key->val.string.val, ':', key->val.string.len) == NULL;
}

/* Has each value a text of its own in that part? */
static bool
take_keys(Values *values, const char *part)
{
	StringInfoData folded;

	initStringInfo(&folded);
	memset(&values->finder, 0, sizeof(ScimFinder));
	values->keys = many(values->count, sizeof(JsonbValue));
	values->folded = many(values->count, sizeof(char *));
	for (int i = 0; i < values->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_key(&values->items[i], part, &values->keys[i]))
			return false;
		resetStringInfo(&folded);
		scim_append_folded(&folded, values->keys[i].val.string.val, values->keys[i].val.string.len);
		if (find_value(values, folded.data) >= 0)
			return false;
		values->folded[i] = pstrdup(folded.data);
		scim_finder_add(&values->finder, scim_text_hash(folded.data, folded.len), i);
	}
	return true;
}

/* part eq "text" */
static void
append_condition(StringInfo out, const char *part, const JsonbValue *text)
{
	appendStringInfo(out, "%s eq ", part);
	scim_append_json(out, text);
}

/* path[part eq "text"] */
static char *
path_of_value(const char *path, const char *part, const JsonbValue *text)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s[", path);
	append_condition(&out, part, text);
	appendStringInfoChar(&out, ']');
	return out.data;
}

/* ---- values that change and go ---- */

/* What differs in one value; false: something that has no path. */
static bool
diff_value(JsonbValue *changes, const char *path, const JsonbValue *old, const JsonbValue *new)
{
	ScimSides	sides;
	ScimPair	pair;

	scim_begin_sides(&sides, old, new);
	while (scim_next_pair(&sides, &pair))
	{
		char	   *name;

		if (scim_same_content(pair.a, pair.b))
			continue;
		name = scim_path_name(&pair.key);
		if (name == NULL)
			return false;
		scim_add_change(changes, psprintf("%s.%s", path, name), pair.a, pair.b);
	}
	return true;
}

/*
 * By that part: false where it does not tell the values apart, where one comes, or
 * two change places.
 */
static bool
diff_by(const char *part, const char *path, Values *old, Values *new, JsonbValue *changes)
{
	int			next = 0;		/* the value of "new" that comes next */

	if (!take_keys(old, part) || !take_keys(new, part))
		return false;
	for (int i = 0; i < old->count; i++)
	{
		int			at = find_value(new, old->folded[i]);
		char	   *here;

		CHECK_FOR_INTERRUPTS();
		if (at >= 0 && (at != next++ || !scim_same_bytes(&old->keys[i], &new->keys[at])))
			return false;
		if (at >= 0 && scim_same_content(&old->items[i], &new->items[at]))
			continue;
		here = path_of_value(path, part, &old->keys[i]);
		if (at < 0)
			scim_add_change(changes, here, &old->items[i], NULL);
		else if (!diff_value(changes, here, &old->items[i], &new->items[at]))
			return false;
		if (changes->val.array.nElems > MOST_CHANGES)
			return false;
	}
	return next == new->count;
}

bool
scim_diff_values(JsonbValue *changes, const char *path, const JsonbValue *old,
				 const JsonbValue *new)
{
	static const char *const parts[] = {"type", "value", NULL};
	Values		before;
	Values		after;

	open_values(&before, old);
	open_values(&after, new);
	for (int i = 0; parts[i]; i++)
	{
		JsonbValue *found = scim_new_array();

		if (!diff_by(parts[i], path, &before, &after, found))
			continue;
		for (int j = 0; j < found->val.array.nElems; j++)
			scim_append(changes, &found->val.array.elems[j]);
		return true;
	}
	return false;
}

/* ---- members ---- */

/* A member as it counts in a version, and its id. */
typedef struct Member
{
	JsonbValue	id;
	const JsonbValue *element;
} Member;

static int
compare_members(const void *a, const void *b)
{
	return scim_compare_keys(&((const Member *) a)->id, &((const Member *) b)->id);
}

/* In the order of their ids; false: one has none, or two have the same. */
static bool
sort_members(const JsonbValue *array, Member **members, int *count)
{
	JsonbValue *tree = array ? scim_open(array) : scim_new_array();

	if (tree->type != jbvArray)
		return false;
	*count = tree->val.array.nElems;
	*members = many(*count, sizeof(Member));
	for (int i = 0; i < *count; i++)
	{
		const JsonbValue *element = &tree->val.array.elems[i];
		Member	   *member = &(*members)[i];

		CHECK_FOR_INTERRUPTS();
		if (!scim_is_object(element) ||
			!scim_find(element->val.binary.data, "value", &member->id) ||
			member->id.type != jbvString)
			return false;
		member->element = element;
	}
	qsort(*members, *count, sizeof(Member), compare_members);
	for (int i = 1; i < *count; i++)
	{
		if (compare_members(&(*members)[i - 1], &(*members)[i]) == 0)
			return false;
	}
	return true;
}

/* {"type", "value"}: what else it shows is derived. */
static JsonbValue *
member_entry(const Member *member)
{
	JsonbValue *entry = scim_new_object();
	JsonbValue	type;

	if (scim_find(member->element->val.binary.data, "type", &type))
		scim_set_value(entry, "type", &type);
	scim_set_value(entry, "value", &member->id);
	return entry;
}

static bool
same_type(const Member *a, const Member *b)
{
	JsonbValue	x;
	JsonbValue	y;
	bool		has_x = scim_find(a->element->val.binary.data, "type", &x);
	bool		has_y = scim_find(b->element->val.binary.data, "type", &y);

	return scim_same_content(has_x ? &x : NULL, has_y ? &y : NULL);
}

/* members[value eq "1" or value eq "2"] */
static char *
path_of_members(const Member *const *members, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "members[");
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoString(&out, " or ");
		append_condition(&out, "value", &members[i]->id);
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}

/* One by one, or, if they are many, so many at once that a patch can do them all. */
static void
remove_members(JsonbValue *changes, const Member *const *gone, int count)
{
	int			at_once = count <= MOST_SINGLE_MEMBERS ? 1 : MOST_SINGLE_MEMBERS;

	for (int i = 0; i < count; i += at_once)
	{
		int			now = Min(at_once, count - i);
		JsonbValue *from = scim_new_array();

		CHECK_FOR_INTERRUPTS();
		for (int j = i; j < i + now; j++)
			scim_append(from, member_entry(gone[j]));
		scim_add_change(changes, path_of_members(&gone[i], now),
						at_once > 1 ? from : &from->val.array.elems[0], NULL);
	}
}

bool
scim_diff_members(JsonbValue *changes, const JsonbValue *old, const JsonbValue *new)
{
	Member	   *before;
	Member	   *after;
	int			before_count;
	int			after_count;
	const Member **gone;
	int			gone_count = 0;
	JsonbValue *come = scim_new_array();

	if (!sort_members(old, &before, &before_count) || !sort_members(new, &after, &after_count))
		return false;
	gone = many(before_count, sizeof(Member *));
	for (int i = 0, j = 0; i < before_count || j < after_count;)
	{
		int			order = i == before_count ? 1 : j == after_count ? -1
		: compare_members(&before[i], &after[j]);

		CHECK_FOR_INTERRUPTS();
		if (order == 0 && !same_type(&before[i], &after[j]))
			return false;
		if (order < 0)
			gone[gone_count++] = &before[i];
		if (order > 0)
			scim_append(come, member_entry(&after[j]));
		i += order <= 0;
		j += order >= 0;
	}
	remove_members(changes, gone, gone_count);
	if (come->val.array.nElems > 0)
		scim_add_change(changes, "members", NULL, come);
	return true;
}
