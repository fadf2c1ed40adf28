/*
 * delta.c
 *		Reverse deltas of documents.
 *
 * A delta is found for each row that is updated: the documents are gone through
 * side by side, and only what lies there in other bytes is compared by content.
 *
 * In "before", attributes of an extension are a tree (jbvObject), a whole value is
 * as the document has it (binary, or a scalar).  Once it is kept, that is told by
 * the document that it is put back into: only an object, or nothing, can have been
 * changed attribute by attribute.
 */
#include "postgres.h"

#include "core/content.h"
#include "core/delta.h"
#include "core/differ.h"
#include "core/sides.h"
#include "utils/memutils.h"

/* ---- what counts ---- */

/* Is the top-level member none of the content that a document holds? */
static bool
is_beside(const JsonbValue *name)
{
	return scim_string_is(name, "id") || scim_string_is(name, "meta") ||
		scim_string_is(name, "password") || scim_string_is(name, "_version");
}

/* A user's groups, a group's members: as if they were not there. */
static void
drop_from_elsewhere(ScimPair *pair, Jsonb *old, Jsonb *new)
{
	if (pair->a && scim_is_from_elsewhere(&old->root, &pair->key))
		pair->a = NULL;
	if (pair->b && scim_is_from_elsewhere(&new->root, &pair->key))
		pair->b = NULL;
}

/* Could it be an extension?  NULL: absent. */
static bool
is_object_or_none(const JsonbValue *value)
{
	return value == NULL || scim_is_unassigned(value) || scim_is_object(value);
}

/* The extension to go through; NULL if it has no attributes. */
static const JsonbValue *
attributes_of(const JsonbValue *extension)
{
	return extension && scim_is_object(extension) ? extension : NULL;
}

static bool
is_extension(const ScimPair *pair)
{
	return memchr(pair->key.val.string.val, ':', pair->key.val.string.len) &&
		is_object_or_none(pair->a) && is_object_or_none(pair->b);
}

static bool
same_schemas(const JsonbValue *a, const JsonbValue *b)
{
	return a && b && scim_equal(scim_sorted_schemas(a), scim_sorted_schemas(b));
}

static bool
is_changed(const ScimPair *pair)
{
	if (pair->a && pair->b && scim_same_bytes(pair->a, pair->b))
		return false;
	if (scim_same_content(pair->a, pair->b))
		return false;
	return !scim_string_is(&pair->key, "schemas") || !same_schemas(pair->a, pair->b);
}

/* ---- collecting ---- */

/* The name of an attribute; "urn" is that of its extension, or NULL. */
static char *
name_of(const JsonbValue *urn, const JsonbValue *key)
{
	int			length = urn ? urn->val.string.len + 1 : 0;
	char	   *name = palloc(length + key->val.string.len + 1);

	if (urn)
	{
		memcpy(name, urn->val.string.val, length - 1);
		name[length - 1] = ':';
	}
	memcpy(name + length, key->val.string.val, key->val.string.len);
	name[length + key->val.string.len] = '\0';
	return name;
}

static void
add_name(ScimDelta *delta, const JsonbValue *urn, const JsonbValue *key)
{
	delta->changed = lappend(delta->changed, name_of(urn, key));
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* Each name once: one of an extension's may be that of another attribute, too. */
static List *
sorted_names(List *names)
{
	List	   *sorted = NIL;
	ListCell   *cell;

	list_sort(names, compare_names);
	foreach(cell, names)
	{
		if (sorted == NIL || strcmp(llast(sorted), lfirst(cell)) != 0)
			sorted = lappend(sorted, lfirst(cell));
	}
	list_free(names);
	return sorted;
}

static void
add_member(JsonbValue **object, const JsonbValue *key, const JsonbValue *value)
{
	if (*object == NULL)
		*object = scim_new_object();
	scim_add(*object, key->val.string.val, key->val.string.len, value);
}

/* The attribute was "value"; NULL, or empty: unassigned. */
static void
add_before(JsonbValue **object, const JsonbValue *key, const JsonbValue *value)
{
	static const JsonbValue none = {.type = jbvNull};

	add_member(object, key, value && !scim_is_unassigned(value) ? value : &none);
}

static void
add_changed_attributes(ScimDelta *delta, const ScimPair *extension)
{
	JsonbValue *before = NULL;
	ScimSides	sides;
	ScimPair	pair;

	scim_begin_sides(&sides, attributes_of(extension->a), attributes_of(extension->b));
	while (scim_next_pair(&sides, &pair))
	{
		if (!is_changed(&pair))
			continue;
		add_name(delta, &extension->key, &pair.key);
		add_before(&before, &pair.key, pair.a);
	}
	if (before)
		add_member(&delta->before, &extension->key, before);
}

void
scim_find_delta(Jsonb *old, Jsonb *new, ScimDelta *delta)
{
	JsonbValue	root_a;
	JsonbValue	root_b;
	ScimSides	sides;
	ScimPair	pair;

	memset(delta, 0, sizeof(ScimDelta));
	scim_root(old, &root_a);
	scim_root(new, &root_b);
	scim_begin_sides(&sides, &root_a, &root_b);
	while (scim_next_pair(&sides, &pair))
	{
		drop_from_elsewhere(&pair, old, new);
		if (is_beside(&pair.key) || !is_changed(&pair))
			continue;
		if (is_extension(&pair))
			add_changed_attributes(delta, &pair);
		else
		{
			add_name(delta, NULL, &pair.key);
			add_before(&delta->before, &pair.key, pair.a);
		}
	}
	delta->changed = sorted_names(delta->changed);
}

/* ---- from nothing, to nothing ---- */

static bool
is_assigned(const JsonbValue *value)
{
	return !scim_same_content(value, NULL);
}

static void
name_attributes(ScimDelta *delta, const JsonbValue *urn, const JsonbValue *extension)
{
	ScimSides	sides;
	ScimPair	pair;

	scim_begin_sides(&sides, attributes_of(extension), NULL);
	while (scim_next_pair(&sides, &pair))
	{
		if (is_assigned(pair.a))
			add_name(delta, urn, &pair.key);
	}
}

void
scim_whole_delta(Jsonb *document, bool gone, ScimDelta *delta)
{
	JsonbValue	root;
	ScimSides	sides;
	ScimPair	pair;

	memset(delta, 0, sizeof(ScimDelta));
	if (gone)
		delta->before = scim_new_object();
	scim_root(document, &root);
	scim_begin_sides(&sides, &root, NULL);
	while (scim_next_pair(&sides, &pair))
	{
		if (is_beside(&pair.key) || scim_is_from_elsewhere(&document->root, &pair.key) ||
			!is_assigned(pair.a))
			continue;
		if (is_extension(&pair))
			name_attributes(delta, &pair.key, pair.a);
		else
			add_name(delta, NULL, &pair.key);
		if (gone)
			add_member(&delta->before, &pair.key, pair.a);
	}
	delta->changed = sorted_names(delta->changed);
}

/* ---- copies ---- */

static void *
copy_bytes(const void *bytes, Size size)
{
	void	   *copy = palloc_extended(size, MCXT_ALLOC_HUGE);

	memcpy(copy, bytes, size);
	return copy;
}

static JsonbValue copy_value(const JsonbValue *value);

static JsonbValue *
copy_object(const JsonbValue *object)
{
	JsonbValue *copy = scim_new_object();

	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &object->val.object.pairs[i];
		JsonbValue	key = copy_value(&pair->key);
		JsonbValue	value = copy_value(&pair->value);

		scim_add(copy, key.val.string.val, key.val.string.len, &value);
	}
	return copy;
}

static JsonbValue
copy_value(const JsonbValue *value)
{
	JsonbValue	copy = *value;

	switch (value->type)
	{
		case jbvString:
			copy.val.string.val = copy_bytes(value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			copy.val.numeric = copy_bytes(value->val.numeric, VARSIZE_ANY(value->val.numeric));
			break;
		case jbvBinary:
			copy.val.binary.data = copy_bytes(value->val.binary.data, value->val.binary.len);
			break;
		case jbvObject:
			copy = *copy_object(value);
			break;
		default:
			break;
	}
	return copy;
}

ScimDelta *
scim_copy_delta(const ScimDelta *delta, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	ScimDelta  *copy = palloc0(sizeof(ScimDelta));
	ListCell   *cell;

	foreach(cell, delta->changed)
		copy->changed = lappend(copy->changed, pstrdup(lfirst(cell)));
	if (delta->before)
		copy->before = copy_object(delta->before);
	MemoryContextSwitchTo(caller);
	return copy;
}

/* ---- one after the other ---- */

/*
 * The attributes as they were, NULL in "before" meaning: not there; of those that
 * are there now, if there are any, the others stay.  Both are binary objects.
 */
static JsonbValue *
put_back(const JsonbValue *now, const JsonbValue *before)
{
	JsonbValue *object = scim_new_object();
	ScimSides	sides;
	ScimPair	pair;

	scim_begin_sides(&sides, attributes_of(now), before);
	while (scim_next_pair(&sides, &pair))
	{
		const JsonbValue *value = pair.b ? pair.b : pair.a;

		if (value->type != jbvNull)
			add_member(&object, &pair.key, value);
	}
	return object;
}

static JsonbValue
as_binary(const JsonbValue *tree)
{
	JsonbValue	value;

	scim_root(scim_write(tree), &value);
	return value;
}

static JsonbValue *join_objects(const JsonbValue *first, const JsonbValue *second);

/*
 * What a member was before both changes.  An extension of which the first one
 * changed attributes may have gone as a whole with the second.
 */
static JsonbValue
join_values(const JsonbValue *first, const JsonbValue *second)
{
	JsonbValue	attributes;

	if (first->type != jbvObject || !scim_is_object(second))
		return *first;
	if (second->type == jbvObject)
		return *join_objects(first, second);
	attributes = as_binary(first);
	return as_binary(put_back(second, &attributes));
}

/* Trees in the order of jsonb's keys, and so is what becomes of them. */
static JsonbValue *
join_objects(const JsonbValue *first, const JsonbValue *second)
{
	JsonbValue *joined = scim_new_object();
	JsonbPair  *a = first->val.object.pairs;
	JsonbPair  *b = second->val.object.pairs;
	JsonbPair  *end_a = a + first->val.object.nPairs;
	JsonbPair  *end_b = b + second->val.object.nPairs;

	while (a < end_a || b < end_b)
	{
		int			order = a == end_a ? 1 : b == end_b ? -1 : scim_compare_keys(&a->key, &b->key);
		JsonbPair  *pair = order <= 0 ? a : b;
		JsonbValue	value = order == 0 ? join_values(&a->value, &b->value) : pair->value;

		add_member(&joined, &pair->key, &value);
		a += order <= 0;
		b += order >= 0;
	}
	return joined;
}

void
scim_join_deltas(ScimDelta *first, const ScimDelta *second)
{
	first->changed = sorted_names(list_concat_copy(first->changed, second->changed));
	if (first->before == NULL)
		first->before = second->before;
	else if (second->before)
		first->before = join_objects(first->before, second->before);
}

/* ---- back ---- */

/* The document's member as it was; NULL: it was not there. */
static const JsonbValue *
member_before(const ScimPair *pair)
{
	JsonbValue *attributes;

	if (pair->b == NULL || !scim_is_object(pair->b) || !is_extension(pair))
		return pair->b ? pair->b : pair->a;
	attributes = put_back(pair->a, pair->b);
	return attributes->val.object.nPairs > 0 ? attributes : NULL;
}

Jsonb *
scim_undo_delta(Jsonb *document, Jsonb *before)
{
	JsonbValue *object = scim_new_object();
	JsonbValue	now;
	JsonbValue	then;
	ScimSides	sides;
	ScimPair	pair;

	if (document == NULL)
		return before;
	scim_root(document, &now);
	if (before)
		scim_root(before, &then);
	scim_begin_sides(&sides, &now, before ? &then : NULL);
	while (scim_next_pair(&sides, &pair))
	{
		const JsonbValue *member;

		if (pair.a && scim_is_from_elsewhere(&document->root, &pair.key))
			pair.a = NULL;
		member = pair.a || pair.b ? member_before(&pair) : NULL;
		if (member && member->type != jbvNull)
			add_member(&object, &pair.key, member);
	}
	return scim_write(object);
}
