/*
 * fit.c
 *		Measuring JSON, and leaving out what does not fit into an answer.
 *
 * Nothing is cut inside an attribute: what is shown is shown whole, and what
 * is not is named.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "miscadmin.h"
#include "tools/fit.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* What an answer cannot be understood without. */
static const char *const kept[] = {
	"id", "_version", "meta", "schemas",
	"error", "error_code", "retryable", "next_steps", "current_version"
};

/* As escape_json writes it, with the quotes. */
static int64
string_size(const JsonbValue *value)
{
	const unsigned char *string = (const unsigned char *) value->val.string.val;
	int			length = value->val.string.len;
	int64		size = length + 2;

	for (int i = 0; i < length; i++)
	{
		if (string[i] == '"' || string[i] == '\\')
			size++;
		else if (string[i] < ' ')
			size += strchr("\b\f\n\r\t", string[i]) && string[i] ? 1 : 5;
	}
	return size;
}

static int64
number_size(Numeric number)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	int64		size = strlen(text);

	pfree(text);
	return size;
}

static int64
container_size(JsonbContainer *container)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	int64		size = 2;

	scim_walk(&walk, container);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (walk.next > 1)
			size += 2;
		if (JsonContainerIsObject(container))
			size += string_size(&key) + 2;
		size += scim_json_size(&value);
	}
	return size;
}

int64
scim_json_size(const JsonbValue *value)
{
	int64		size = 2;

	check_stack_depth();
	switch (value->type)
	{
		case jbvNull:
			return 4;
		case jbvBool:
			return value->val.boolean ? 4 : 5;
		case jbvString:
			return string_size(value);
		case jbvNumeric:
			return number_size(value->val.numeric);
		case jbvBinary:
			return container_size(value->val.binary.data);
		case jbvArray:
			for (int i = 0; i < value->val.array.nElems; i++)
				size += (i > 0 ? 2 : 0) + scim_json_size(&value->val.array.elems[i]);
			return size;
		case jbvObject:
			for (int i = 0; i < value->val.object.nPairs; i++)
			{
				JsonbPair  *pair = &value->val.object.pairs[i];

				size += (i > 0 ? 2 : 0) + string_size(&pair->key) + 2 + scim_json_size(&pair->value);
			}
			return size;
		default:
			elog(ERROR, "unexpected jsonb value type: %d", (int) value->type);
	}
	return 0;
}

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
	Member	   *members = palloc_extended(Max(object->val.object.nPairs, 1) * sizeof(Member), MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		const JsonbPair *pair = &object->val.object.pairs[i];

		CHECK_FOR_INTERRUPTS();
		if (is_kept(&pair->key))
			continue;
		members[*count].place = i;
		members[(*count)++].size = string_size(&pair->key) + 4 + scim_json_size(&pair->value);
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
	gone = palloc_extended(object->val.object.nPairs * sizeof(bool), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
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
scim_say_omitted(JsonbValue *metadata, JsonbValue *omitted, const char *how_to_go_on)
{
	if (omitted->val.array.nElems == 0)
		return;
	scim_set_bool(metadata, "truncated", true);
	scim_set_value(metadata, "omitted", omitted);
	scim_set_text(metadata, "how_to_go_on", how_to_go_on);
}
