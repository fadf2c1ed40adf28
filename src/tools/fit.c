/*
 * fit.c
 *		Leaving out what does not fit into an answer.
 *
 * Nothing is cut inside an attribute: what is shown is shown whole, and what
 * is not is named.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tools/fit.h"
#include "tools/named_tools.h"

/*
 * What of a name or id that a client sent is repeated: the error's code shall
 * stand in the first kilobyte.
 */
#define NAME_BYTES 500

/* What an answer cannot be understood without. */
static const char *const kept[] = {
	"id", "_version", "meta", "schemas",
	"error", "error_code", "retryable", "next_steps", "current_version"
};

static bool
is_kept(const JsonbValue *name)
{
	for (int i = 0; i < (int) lengthof(kept); i++)
		if (scim_string_is(name, kept[i]))
			return true;
	return false;
}

/* A member that may be left out. */
typedef struct Member
{
	int			place;
	int64		size;
} Member;

/* The largest first; of two that are as large, the first. */
static int
compare_members(const void *a, const void *b)
{
	const Member *x = a;
	const Member *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return (x->place > y->place) - (x->place < y->place);
}

static Member *
sort_members(const JsonbValue *object, int *count)
{
	Member	   *members = palloc_extended(Max(object->val.object.nPairs, 1) * sizeof(Member),
										  MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		const JsonbPair *pair = &object->val.object.pairs[i];

		CHECK_FOR_INTERRUPTS();
		if (is_kept(&pair->key))
			continue;
		members[*count].place = i;
		members[(*count)++].size = scim_json_size(&pair->key) + 2 + scim_json_size(&pair->value);
	}
	qsort(members, *count, sizeof(Member), compare_members);
	return members;
}

void
scim_fit_object(JsonbValue *object, int64 room, const char *prefix, JsonbValue *omitted)
{
	int64		size = scim_json_size(object);
	Member	   *members;
	bool	   *gone;
	int			count;
	int			left = 0;

	if (size <= room)
		return;
	members = sort_members(object, &count);
	gone = palloc_extended(object->val.object.nPairs * sizeof(bool),
						   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < count && size > room; i++)
	{
		const JsonbPair *pair = &object->val.object.pairs[members[i].place];

		CHECK_FOR_INTERRUPTS();
		scim_append_text(omitted, psprintf("%s%s", prefix, scim_string_copy(&pair->key)));
		gone[members[i].place] = true;
		size -= members[i].size;
	}
	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		if (!gone[i])
			object->val.object.pairs[left++] = object->val.object.pairs[i];
	}
	object->val.object.nPairs = left;
}

void
scim_add_count(JsonbValue *object, const char *name, int count)
{
	const JsonbValue *before = scim_get(object, name, strlen(name));

	if (before && before->type == jbvNumeric)
		count += scim_number_integer(before);
	if (count > 0)
		scim_set_integer(object, name, count);
}

int64
scim_drop_last(JsonbValue *object, const char *list, const char *more, int least, int64 excess)
{
	const JsonbValue *whole = scim_get(object, list, strlen(list));
	JsonbValue *left;
	int			count;

	if (excess <= 0 || whole == NULL || !scim_is_array(whole))
		return excess;
	left = scim_open(whole);
	count = left->val.array.nElems;
	while (excess > 0 && left->val.array.nElems > least)
		excess -= scim_json_size(&left->val.array.elems[--left->val.array.nElems]) + 1;
	scim_add_count(object, more, count - left->val.array.nElems);
	scim_set_value(object, list, left);
	return excess;
}

void
scim_say_omitted(JsonbValue *metadata, JsonbValue *omitted, const char *how_to_go_on)
{
	if (omitted->val.array.nElems == 0)
		return;
	scim_set_bool(metadata, "truncated", true);
	scim_set_value(metadata, "omitted", omitted);
	if (how_to_go_on)
		how_to_go_on = scim_fit_to_tools(how_to_go_on);
	if (how_to_go_on)
		scim_set_text(metadata, "how_to_go_on", how_to_go_on);
}

const char *
scim_clip(const char *string, int limit)
{
	int			length = strlen(string);
	const char *text = string;
	int64		size;

	for (JsonbValue value = scim_text(text); (size = scim_json_size(&value)) > limit;
		 value = scim_text(text))
	{
		length = pg_mbcliplen(string, length, Min(length - 1, (int64) length * limit / size));
		text = psprintf("%.*s...", length, string);
	}
	return text;
}

const char *
scim_clip_name(const char *given)
{
	return scim_clip(scim_shown_name(given, strlen(given)), NAME_BYTES);
}
