/*
 * mentions.c
 *		Members of a group as clients name them, in create, update and PATCH.
 *
 * There may be very many, so nothing here is quadratic, but that each filter
 * looks at all members.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/mentions.h"
#include "core/understood.h"
#include "core/value.h"
#include "miscadmin.h"

static void
mention(ScimMentions *mentions, const ScimMember *member, bool removed)
{
	ScimMention *item;

	if (mentions->count == mentions->capacity)
	{
		mentions->capacity = Max(8, 2 * mentions->capacity);
		mentions->items = mentions->items ?
			repalloc_huge(mentions->items, mentions->capacity * sizeof(ScimMention)) :
			palloc(mentions->capacity * sizeof(ScimMention));
	}
	item = &mentions->items[mentions->count];
	item->member = *member;
	item->removed = removed;
	item->filter = NULL;
	item->key = mentions->spell ? mentions->spell(member->value) : NULL;
	if (item->key == NULL)
		item->key = member->value;
	item->order = mentions->count++;
}

/* The resource type, as the schema spells it. */
static const char *
read_member_type(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place)
{
	char	   *path;

	for (int i = 0;
		 given->type == jbvString && attribute->canonical_values && attribute->canonical_values[i];
		 i++)
	{
		if (scim_same_name(given->val.string.val, given->val.string.len,
						   attribute->canonical_values[i]))
			return attribute->canonical_values[i];
	}
	path = scim_place_text(place);
	scim_throw_path(SCIM_INVALID_VALUE, path, "%s must be User or Group", path);
}

static const char *
read_member_value(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
				  const ScimRules *rules)
{
	JsonbValue	room;
	char	   *path;

	given = scim_understand(attribute, given, rules, &room);
	if (given->type == jbvString && given->val.string.len > 0)
		return scim_string_copy(given);
	path = scim_place_text(place);
	scim_throw_path(SCIM_INVALID_VALUE, path, "%s must be the id of a resource, a string", path);
}

/* Is it "displayName", by which some call the "display" that the server knows by itself? */
static bool
is_display(const JsonbValue *key)
{
	return scim_same_name(key->val.string.val, key->val.string.len, "displayName");
}

static void
read_member_object(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
				   const ScimReading *reading, ScimMember *member)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const ScimAttribute *sub;
		ScimPlace	here;

		if (reading->rules->member_forms && is_display(&key))
			continue;
		sub = scim_read_member(attribute->sub, &walk, &key, &value, place, reading);
		if (!sub || value.type == jbvNull || scim_is_cleared(sub, &value, reading->rules))
			continue;
		here = scim_place(place, sub->name);
		if (strcmp(sub->name, "value") == 0)
			member->value = read_member_value(sub, &value, &here, reading->rules);
		else if (strcmp(sub->name, "type") == 0)
			member->type = read_member_type(sub, &value, &here);
		else if (strcmp(sub->name, "$ref") == 0 && value.type == jbvString)
			member->ref = scim_string_copy(&value);
	}
}

/* May an id stand there alone? */
static bool
is_id(const JsonbValue *given, const ScimRules *rules)
{
	return rules->member_forms && !scim_holds_json(given) &&
		(given->type == jbvString || (rules->coerce && given->type == jbvNumeric));
}

static void
read_member(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
			const ScimReading *reading, ScimMember *member)
{
	ScimPlace	value = scim_place(place, "value");
	char	   *path;

	member->value = NULL;
	member->type = NULL;
	member->ref = NULL;
	if (is_id(given, reading->rules))
	{
		member->value = read_member_value(scim_attribute(attribute->sub, value.name, value.length),
										  given, &value, reading->rules);
		return;
	}
	if (!scim_is_object(given))
	{
		path = scim_place_text(place);
		scim_throw_path(SCIM_INVALID_VALUE, path, "%s must be %-s", path,
						scim_wanted_container(given, "an object such as {\"value\": id}"));
	}
	read_member_object(attribute, given, place, reading, member);
	if (!member->value)
	{
		path = scim_place_text(&value);
		scim_throw_path(SCIM_INVALID_VALUE, path, "%s is required", path);
	}
}

void
scim_read_members(const ScimAttribute *attribute, const JsonbValue *given, bool one,
				  const ScimReading *reading, bool removed, ScimMentions *mentions)
{
	ScimPlace	place = scim_place(NULL, attribute->name);
	ScimWalk	walk;
	JsonbValue	value;
	ScimMember	member;

	if ((one || reading->rules->member_forms) &&
		(scim_is_object(given) || is_id(given, reading->rules)))
	{
		read_member(attribute, given, &place, reading, &member);
		mention(mentions, &member, removed);
		return;
	}
	if (!scim_is_array(given))
		scim_throw_path(SCIM_INVALID_VALUE, attribute->name, "%s must be %-s", attribute->name,
						scim_wanted_container(given, "an array of objects such as {\"value\": "
											  "id}"));
	scim_walk(&walk, given->val.binary.data);
	for (int i = 0; scim_walk_next(&walk, NULL, &value); i++)
	{
		ScimPlace	here = {.up = &place, .index = i};

		CHECK_FOR_INTERRUPTS();
		read_member(attribute, &value, &here, reading, &member);
		mention(mentions, &member, removed);
	}
}

/* ---- members that a filter means ---- */

/* Is the filter value eq "x", or several of these joined by or? */
static bool
is_list_of_ids(const ScimFilter *filter)
{
	check_stack_depth();
	if (filter->kind == SCIM_FILTER_OR)
		return is_list_of_ids(filter->left) && is_list_of_ids(filter->right);
	return filter->kind == SCIM_FILTER_COMPARE && filter->op == SCIM_EQ &&
		filter->path.sub && strcmp(filter->path.sub->name, "value") == 0;
}

void
scim_remove_matching_members(const ScimFilter *filter, ScimMentions *mentions)
{
	ScimMember	member = {.value = ""};

	check_stack_depth();
	if (!is_list_of_ids(filter))
	{
		mention(mentions, &member, true);
		mentions->items[mentions->count - 1].filter = filter;
	}
	else if (filter->kind == SCIM_FILTER_OR)
	{
		scim_remove_matching_members(filter->left, mentions);
		scim_remove_matching_members(filter->right, mentions);
	}
	else
	{
		member.value = filter->value;
		mention(mentions, &member, true);
	}
}

bool
scim_has_filters(const ScimMentions *mentions)
{
	for (int i = 0; i < mentions->count; i++)
	{
		if (mentions->items[i].filter)
			return true;
	}
	return false;
}

void
scim_copy_added(const ScimMentions *mentions, ScimMentions *added)
{
	for (int i = 0; i < mentions->count; i++)
	{
		if (!mentions->items[i].removed)
			mention(added, &mentions->items[i].member, false);
	}
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(((const ScimMention *) a)->key, ((const ScimMention *) b)->key);
}

void
scim_set_member_types(ScimMentions *mentions, const ScimMember *typed, int count)
{
	ScimMentions known = {.spell = mentions->spell};

	if (count == 0)
		return;
	for (int i = 0; i < count; i++)
		mention(&known, &typed[i], false);
	qsort(known.items, count, sizeof(ScimMention), compare_keys);
	for (int i = 0; i < mentions->count; i++)
	{
		ScimMention *item = &mentions->items[i];
		const ScimMention *found;

		CHECK_FOR_INTERRUPTS();
		found = item->removed ? NULL :
			bsearch(item, known.items, count, sizeof(ScimMention), compare_keys);
		if (found)
			item->member.type = found->member.type;
	}
}

/* ---- each member once ---- */

static int
by_key(const void *a, const void *b)
{
	const ScimMention *x = a;
	const ScimMention *y = b;
	int			order = strcmp(x->key, y->key);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static int
by_order(const void *a, const void *b)
{
	const ScimMention *x = a;
	const ScimMention *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

void
scim_unique_members(ScimMentions *mentions)
{
	ScimMention *items = mentions->items;
	int			kept = 0;

	if (mentions->count < 2)
		return;
	qsort(items, mentions->count, sizeof(ScimMention), by_key);
	for (int i = 0; i < mentions->count; i++)
	{
		if (i + 1 == mentions->count || strcmp(items[i].key, items[i + 1].key) != 0)
			items[kept++] = items[i];
	}
	qsort(items, kept, sizeof(ScimMention), by_order);
	mentions->count = kept;
}

/* ---- members that filters match ---- */

/*
 * The members as they become, mention by mention: elements are added behind the
 * others, and crossed out.  Those of an id are chained.
 */
typedef struct Matching
{
	ScimMentions all;			/* the members that are there, then the mentions */
	int			there;			/* so many of them are members that are there */
	int		   *ids;			/* of each: a number that it shares with those of the same id */
	int		   *last;			/* of each number: the last element with that id, or -1 */
	int		   *before;			/* of each element: the one before it with the same id, or -1 */
	JsonbValue *elements;
	bool	   *gone;
	int			count;			/* of elements */
} Matching;

static void *
many(int count, Size size)
{
	return palloc_extended(Max(count, 1) * size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* The id of a member that is there; "" if it has none. */
static char *
id_of(const JsonbValue *element)
{
	JsonbValue *value = scim_is_object(element)
	? scim_get(scim_open(element), "value", strlen("value"))
	: NULL;

	return value && value->type == jbvString ? scim_string_copy(value) : "";
}

/* Numbers the ids of all members and mentions. */
static void
number_ids(Matching *matching)
{
	int			count = matching->all.count;
	ScimMention *sorted = many(count, sizeof(ScimMention));
	int			number = 0;

	if (count > 0)
		memcpy(sorted, matching->all.items, count * sizeof(ScimMention));
	qsort(sorted, count, sizeof(ScimMention), by_key);
	matching->ids = many(count, sizeof(int));
	for (int i = 0; i < count; i++)
	{
		if (i > 0 && strcmp(sorted[i - 1].key, sorted[i].key) != 0)
			number++;
		matching->ids[sorted[i].order] = number;
	}
	pfree(sorted);
}

/* The element becomes one of the members; "item" is its index among all that have numbers. */
static void
add_element(Matching *matching, int item, const JsonbValue *element)
{
	int			id = matching->ids[item];
	int			number = matching->count++;

	matching->elements[number] = *element;
	matching->before[number] = matching->last[id];
	matching->last[id] = number;
}

static void
begin_matching(Matching *matching, const ScimMentions *mentions, const JsonbValue *members)
{
	memset(matching, 0, sizeof(*matching));
	matching->all.spell = mentions->spell;
	matching->there = members->val.array.nElems;
	for (int i = 0; i < matching->there; i++)
	{
		ScimMember	member = {.value = id_of(&members->val.array.elems[i])};

		CHECK_FOR_INTERRUPTS();
		mention(&matching->all, &member, false);
	}
	for (int i = 0; i < mentions->count; i++)
		mention(&matching->all, &mentions->items[i].member, false);
	number_ids(matching);
	matching->last = many(matching->all.count, sizeof(int));
	memset(matching->last, -1, matching->all.count * sizeof(int));
	matching->before = many(matching->all.count, sizeof(int));
	matching->gone = many(matching->all.count, sizeof(bool));
	matching->elements = many(matching->all.count, sizeof(JsonbValue));
	for (int i = 0; i < matching->there; i++)
		add_element(matching, i, &members->val.array.elems[i]);
}

/* A member to come, as far as it is known, for filters to look at. */
static JsonbValue *
member_element(const ScimMention *item)
{
	JsonbValue *object = scim_new_object();

	scim_set_text(object, "value", item->key);
	if (item->member.type)
		scim_set_text(object, "type", item->member.type);
	return object;
}

/* Crosses out the members with that id. */
static void
take_out_id(Matching *matching, int id)
{
	for (int i = matching->last[id]; i >= 0; i = matching->before[i])
		matching->gone[i] = true;
	matching->last[id] = -1;
}

/* Crosses out the members that the filter matches, and mentions them. */
static void
take_out_matches(Matching *matching, const ScimFilter *filter, ScimMatchElements match,
				 ScimMentions *result)
{
	JsonbValue *now = scim_new_array();
	int		   *chosen = many(matching->count, sizeof(int));
	bool	   *matches;

	for (int i = 0; i < matching->count; i++)
	{
		if (matching->gone[i])
			continue;
		chosen[now->val.array.nElems] = i;
		scim_append(now, &matching->elements[i]);
	}
	if (now->val.array.nElems == 0)
		return;
	matches = match(filter, now);
	for (int i = 0; i < now->val.array.nElems; i++)
	{
		ScimMember	member = {NULL};

		CHECK_FOR_INTERRUPTS();
		if (!matches[i])
			continue;
		matching->gone[chosen[i]] = true;
		member.value = id_of(&matching->elements[chosen[i]]);
		if (member.value[0] != '\0')
			mention(result, &member, true);
	}
	pfree(matches);
	pfree(chosen);
}

void
scim_match_members(const ScimMentions *mentions, const JsonbValue *members,
				   ScimMatchElements match, ScimMentions *result)
{
	Matching	matching;

	begin_matching(&matching, mentions, members);
	for (int i = 0; i < mentions->count; i++)
	{
		const ScimMention *item = &mentions->items[i];
		int			number = matching.there + i;

		CHECK_FOR_INTERRUPTS();
		if (item->filter)
		{
			take_out_matches(&matching, item->filter, match, result);
			continue;
		}
		mention(result, &item->member, item->removed);
		if (item->removed)
			take_out_id(&matching, matching.ids[number]);
		else
			add_element(&matching, number, member_element(item));
	}
}

ScimMember *
scim_members(const ScimMentions *mentions, bool removed, int *count)
{
	ScimMember *members = palloc_extended(Max(mentions->count, 1) * sizeof(ScimMember),
										  MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < mentions->count; i++)
	{
		if (mentions->items[i].removed == removed)
			members[(*count)++] = mentions->items[i].member;
	}
	return members;
}
