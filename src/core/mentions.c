/*
 * mentions.c
 *		Members of a group as clients name them, in create, update and PATCH.
 *
 * There may be very many, so nothing here is quadratic, except where a filter
 * stands between mentions: then each of them looks at all members.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "core/mentions.h"
#include "core/value.h"
#include "miscadmin.h"

/* Ids are uuids, whose spelling has no case. */
static char *
member_key(const char *value)
{
	char	   *key = pstrdup(value);

	for (char *c = key; *c; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return key;
}

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
	item->key = member_key(member->value);
	item->order = mentions->count++;
}

/* The resource type, as the schema spells it. */
static const char *
read_member_type(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place)
{
	char	   *path;

	for (int i = 0; given->type == jbvString && attribute->canonical_values && attribute->canonical_values[i]; i++)
	{
		if (scim_same_name(given->val.string.val, given->val.string.len,
						   attribute->canonical_values[i]))
			return attribute->canonical_values[i];
	}
	path = scim_place_text(place);
	scim_throw_path(SCIM_INVALID_VALUE, path, "%s must be User or Group", path);
}

static const char *
read_member_value(const JsonbValue *given, const ScimPlace *place)
{
	char	   *path;

	if (given->type == jbvString && given->val.string.len > 0)
		return scim_string_copy(given);
	path = scim_place_text(place);
	scim_throw_path(SCIM_INVALID_VALUE, path, "%s must be the id of a resource, a string", path);
}

static void
read_member(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
			ScimErrorCode unknown, ScimMember *member)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	char	   *path;

	if (!scim_is_object(given))
	{
		path = scim_place_text(place);
		scim_throw_path(SCIM_INVALID_VALUE, path,
						"%s must be an object such as {\"value\": id}", path);
	}
	member->value = NULL;
	member->type = NULL;
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const ScimAttribute *sub = scim_read_name(attribute->sub, walk.container, &key, place, unknown);
		ScimPlace	here = scim_place(place, sub->name);

		if (value.type == jbvNull)
			continue;
		if (strcmp(sub->name, "value") == 0)
			member->value = read_member_value(&value, &here);
		else if (strcmp(sub->name, "type") == 0)
			member->type = read_member_type(sub, &value, &here);
	}
	if (!member->value)
	{
		ScimPlace	here = scim_place(place, "value");

		path = scim_place_text(&here);
		scim_throw_path(SCIM_INVALID_VALUE, path, "%s is required", path);
	}
}

void
scim_read_members(const ScimAttribute *attribute, const JsonbValue *given, bool one,
				  ScimErrorCode unknown, bool removed, ScimMentions *mentions)
{
	ScimPlace	place = scim_place(NULL, attribute->name);
	ScimWalk	walk;
	JsonbValue	value;
	ScimMember	member;

	if (one && scim_is_object(given))
	{
		read_member(attribute, given, &place, unknown, &member);
		mention(mentions, &member, removed);
		return;
	}
	if (!scim_is_array(given))
		scim_throw_path(SCIM_INVALID_VALUE, attribute->name,
						"%s must be an array of objects such as {\"value\": id}", attribute->name);
	scim_walk(&walk, given->val.binary.data);
	for (int i = 0; scim_walk_next(&walk, NULL, &value); i++)
	{
		ScimPlace	here = {.up = &place, .index = i};

		CHECK_FOR_INTERRUPTS();
		read_member(attribute, &value, &here, unknown, &member);
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
	ScimMentions known = {NULL};

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

/* The members but those that are to go. */
static void
take_out(JsonbValue *members, const bool *gone)
{
	int			kept = 0;

	for (int i = 0; i < members->val.array.nElems; i++)
	{
		if (!gone[i])
			members->val.array.elems[kept++] = members->val.array.elems[i];
	}
	members->val.array.nElems = kept;
}

static bool
has_id(const JsonbValue *member, const char *id)
{
	JsonbValue	value;
	JsonbValue *found = &value;

	if (member->type == jbvObject)
		found = scim_get(member, "value", strlen("value"));
	else if (!scim_is_object(member) || !scim_find(member->val.binary.data, "value", &value))
		return false;
	return found && found->type == jbvString &&
		scim_same_name(found->val.string.val, found->val.string.len, id);
}

/* Which of the members does the mention take out? */
static bool *
find_mentioned(const ScimMention *item, const JsonbValue *members, ScimMatchElements match)
{
	bool	   *found;

	if (item->filter)
		return match(item->filter, members);
	found = palloc_extended(members->val.array.nElems * sizeof(bool), MCXT_ALLOC_HUGE);
	for (int i = 0; i < members->val.array.nElems; i++)
		found[i] = has_id(&members->val.array.elems[i], item->member.value);
	return found;
}

static void
add_member(JsonbValue *members, const ScimMember *member)
{
	JsonbValue *object = scim_new_object();

	scim_set_text(object, "value", member->value);
	if (member->type)
		scim_set_text(object, "type", member->type);
	scim_append(members, object);
}

/* Mentions a member that is there. */
static void
mention_element(ScimMentions *mentions, const JsonbValue *element)
{
	JsonbValue *object = scim_open(element);
	JsonbValue *value = scim_is_object(element) ? scim_get(object, "value", strlen("value")) : NULL;
	ScimMember	member = {NULL};

	if (!value || value->type != jbvString)
		return;
	member.value = scim_string_copy(value);
	mention(mentions, &member, true);
}

void
scim_match_members(const ScimMentions *mentions, const JsonbValue *members,
				   ScimMatchElements match, ScimMentions *result)
{
	JsonbValue *now = scim_new_array();

	for (int i = 0; i < members->val.array.nElems; i++)
		scim_append(now, &members->val.array.elems[i]);
	for (int i = 0; i < mentions->count; i++)
	{
		const ScimMention *item = &mentions->items[i];
		bool	   *gone;

		CHECK_FOR_INTERRUPTS();
		if (!item->filter)
			mention(result, &item->member, item->removed);
		if (!item->removed)
			add_member(now, &item->member);
		else if (now->val.array.nElems > 0)
		{
			gone = find_mentioned(item, now, match);
			for (int j = 0; item->filter && j < now->val.array.nElems; j++)
			{
				if (gone[j])
					mention_element(result, &now->val.array.elems[j]);
			}
			take_out(now, gone);
			pfree(gone);
		}
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

ScimMember *
scim_members(const ScimMentions *mentions, bool removed, int *count)
{
	ScimMember *members = palloc_extended(Max(mentions->count, 1) * sizeof(ScimMember), MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < mentions->count; i++)
	{
		if (mentions->items[i].removed == removed)
			members[(*count)++] = mentions->items[i].member;
	}
	return members;
}
