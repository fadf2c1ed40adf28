/*
 * same_values.c
 *		Values of a multi-valued attribute that are the same one.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/elements.h"
#include "core/finder.h"
#include "core/same_values.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

/* ---- the pair ---- */

bool
scim_has_pairs(const ScimAttribute *attribute)
{
	return attribute->multi_valued && attribute->type == SCIM_COMPLEX &&
		scim_attribute(attribute->sub, "value", strlen("value")) != NULL;
}

/* Appends a part of the value; false: it has none. */
static bool
append_part(StringInfo out, const ScimAttribute *attribute, const JsonbValue *value,
			const char *name)
{
	const ScimAttribute *part = scim_attribute(attribute->sub, name, strlen(name));
	JsonbValue	found;

	if (!part || !scim_find_member(value, part->name, &found) || !IsAJsonbScalar(&found) ||
		found.type == jbvNull || scim_string_is(&found, ""))
		return false;
	scim_append_scalar(out, &found, part->case_exact);
	return true;
}

/*
 * Appends what is the same for values that are the same, and for no others; text is folded
 * unless it is caseExact.  False: the value, a tree or binary, has no "value".
 */
static bool
append_pair(StringInfo out, const ScimAttribute *attribute, const JsonbValue *value)
{
	if (!scim_is_object(value))
		return false;
	(void) append_part(out, attribute, value, "type");
	/* no text holds it */
	appendStringInfoChar(out, '\0');
	return append_part(out, attribute, value, "value");
}

/* ---- joining ---- */

/* What a value says is put over what is in the other, which is the same one. */
static void
join_value(JsonbValue *there, const JsonbValue *value)
{
	const JsonbValue *said = scim_open(value);

	*there = *scim_open(there);
	for (int i = 0; i < said->val.object.nPairs; i++)
	{
		const JsonbPair *pair = &said->val.object.pairs[i];

		scim_set(there, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
	}
}

/* Those that were kept, and what they are found by. */
typedef struct Kept
{
	JsonbValue *values;
	ScimFinder	finder;
	char	  **keys;			/* of each; no C strings */
	int		   *lengths;
} Kept;

/* The one of that key, or -1. */
static int
find_kept(const Kept *kept, const StringInfo key, uint64 hash)
{
	for (const ScimFound *found = scim_finder_first(&kept->finder, hash); found;
		 found = scim_finder_next(&kept->finder, found))
	{
		if (kept->lengths[found->item] == key->len &&
			memcmp(kept->keys[found->item], key->data, key->len) == 0)
			return found->item;
	}
	return -1;
}

static void
keep(Kept *kept, const JsonbValue *value, const StringInfo key, uint64 hash)
{
	int			item = kept->values->val.array.nElems;

	scim_append(kept->values, value);
	if (!key)
		return;
	kept->keys[item] = memcpy(palloc_extended(key->len, MCXT_ALLOC_HUGE), key->data, key->len);
	kept->lengths[item] = key->len;
	scim_finder_add(&kept->finder, hash, item);
}

JsonbValue *
scim_join_same_values(const ScimAttribute *attribute, const JsonbValue *values)
{
	const JsonbValue *all = scim_open(values);
	int			count = all->val.array.nElems;
	Kept		kept = {
		.values = scim_new_array(),
		.keys = palloc_extended(Max(count, 1) * sizeof(char *), MCXT_ALLOC_HUGE),
		.lengths = palloc_extended(Max(count, 1) * sizeof(int), MCXT_ALLOC_HUGE)
	};
	StringInfoData key;

	initStringInfo(&key);
	for (int i = 0; i < count; i++)
	{
		const JsonbValue *value = &all->val.array.elems[i];
		bool		has_pair;
		uint64		hash;
		int			same;

		CHECK_FOR_INTERRUPTS();
		resetStringInfo(&key);
		has_pair = append_pair(&key, attribute, value);
		hash = has_pair ? scim_text_hash(key.data, key.len) : 0;
		same = has_pair ? find_kept(&kept, &key, hash) : -1;
		if (same >= 0)
			join_value(&kept.values->val.array.elems[same], value);
		else
			keep(&kept, value, has_pair ? &key : NULL, hash);
	}
	pfree(key.data);
	return kept.values->val.array.nElems < count ? kept.values : NULL;
}
