/*
 * content.c
 *		The content of a resource: what of it counts in its version.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/content.h"
#include "core/entries.h"
#include "core/schema.h"
#include "miscadmin.h"

/* {"count": n, "digest": D}; "text" has room for the digest. */
static JsonbValue *
members_entry(int64 count, const uint8 *digest)
{
	JsonbValue *entry = scim_new_object();
	char	   *text = palloc(BASE64_SIZE(SCIM_DIGEST_SIZE) + 1);

	base64_text(text, digest, SCIM_DIGEST_SIZE);
	scim_set_integer(entry, "count", count);
	scim_set_text(entry, "digest", text);
	return entry;
}

/* The members of a resource as a client reads it, as one entry; NULL if there are none. */
static JsonbValue *
summed_members(const JsonbValue *members)
{
	uint8		sum[SCIM_DIGEST_SIZE] = {0};
	ScimWalk	walk;
	JsonbValue	member;

	scim_walk(&walk,
			  members->type == jbvBinary ? members->val.binary.data : &scim_write(members)->root);
	if (walk.count == 0)
		return NULL;
	while (scim_walk_next(&walk, NULL, &member))
	{
		JsonbValue	type = {.type = jbvNull};
		JsonbValue	value = {.type = jbvNull};
		uint8		hash[SCIM_DIGEST_SIZE];

		if (!scim_is_object(&member))
			scim_throw_path(SCIM_INVALID_VALUE, "members", "a member must be an object");
		(void) scim_find(member.val.binary.data, "type", &type);
		(void) scim_find(member.val.binary.data, "value", &value);
		scim_hash_member(&type, &value, hash);
		digest_add(sum, hash);
	}
	return members_entry(walk.count, sum);
}

static int
compare_strings(const void *a, const void *b)
{
	const JsonbValue *x = a;
	const JsonbValue *y = b;
	int			length = Min(x->val.string.len, y->val.string.len);
	int			order = memcmp(x->val.string.val, y->val.string.val, length);

	return order != 0 ? order : x->val.string.len - y->val.string.len;
}

JsonbValue *
scim_sorted_schemas(const JsonbValue *schemas)
{
	JsonbValue *array = scim_open(schemas);
	JsonbValue *elements;
	int			kept = 0;

	if (array->type != jbvArray || array->val.array.nElems < 2)
		return array;
	if (schemas->type == jbvArray)
	{
		/* the tree stays as it is */
		elements = palloc(array->val.array.nElems * sizeof(JsonbValue));
		memcpy(elements, array->val.array.elems, array->val.array.nElems * sizeof(JsonbValue));
		array->val.array.elems = elements;
	}
	for (int i = 0; i < array->val.array.nElems; i++)
	{
		if (array->val.array.elems[i].type != jbvString)
			return array;
	}
	qsort(array->val.array.elems, array->val.array.nElems, sizeof(JsonbValue), compare_strings);
	for (int i = 1; i < array->val.array.nElems; i++)
	{
		if (compare_strings(&array->val.array.elems[kept], &array->val.array.elems[i]) != 0)
			array->val.array.elems[++kept] = array->val.array.elems[i];
	}
	array->val.array.nElems = kept + 1;
	return array;
}

static bool
holds_string(const JsonbValue *array, const char *string)
{
	if (array->type != jbvArray)
		return false;
	for (int i = 0; i < array->val.array.nElems; i++)
	{
		if (scim_string_is(&array->val.array.elems[i], string))
			return true;
	}
	return false;
}

bool
scim_is_from_elsewhere(JsonbContainer *document, const JsonbValue *name)
{
	const char *urn = scim_string_is(name, "groups") ? SCIM_URN_USER
	: scim_string_is(name, "members") ? SCIM_URN_GROUP : NULL;
	JsonbValue	schemas;

	return urn && scim_find(document, "schemas", &schemas) &&
		holds_string(scim_open(&schemas), urn);
}

static inline bool
entry_is(const ScimEntry *entry, const char *name, int length)
{
	return entry->length == length && memcmp(entry->key, name, length) == 0;
}

/* So many stand beside the document. */
#define BESIDE_ENTRIES 3

static void
add_beside(ScimEntries *entries, const ScimBeside *beside)
{
	JsonbValue	value;

	value = scim_text(beside->id);
	scim_add_entry(entries, "id", 2, &value);
	if (beside->password)
	{
		value.val.string.val = VARDATA_ANY(beside->password);
		value.val.string.len = VARSIZE_ANY_EXHDR(beside->password);
		scim_add_entry(entries, "password", 8, &value);
	}
	if (beside->members && beside->members->count != 0)
		scim_add_entry(entries, "members", 7,
					   members_entry(beside->members->count, beside->members->digest));
}

/*
 * The top level of the content: without meta, _version, and a user's groups;
 * schemas as a set; a group's members as count and digest; with what the row
 * holds beside the document.
 */
static void
content_entries(ScimEntries *entries, const JsonbValue *document, const ScimBeside *beside)
{
	JsonbValue *schemas = NULL;
	int			count;

	if (!scim_is_object(document))
		scim_throw(scim_error(SCIM_NO_RESOURCE), "a resource must be an object");
	scim_collect_entries(entries, document, BESIDE_ENTRIES);
	for (int i = 0; i < entries->count; i++)
	{
		if (entry_is(&entries->items[i], "schemas", 7))
			schemas = scim_sorted_schemas(&entries->items[i].value);
	}
	count = entries->count;
	entries->count = 0;
	for (int i = 0; i < count; i++)
	{
		ScimEntry  *entry = &entries->items[i];
		JsonbValue *members;

		if (entry_is(entry, "meta", 4) || entry_is(entry, "_version", 8))
			continue;
		if (beside &&
			(entry_is(entry, "id", 2) || (beside->password && entry_is(entry, "password", 8))))
			continue;
		if (entry_is(entry, "schemas", 7))
			entry->value = *schemas;
		else if (entry_is(entry, "groups", 6) && schemas && holds_string(schemas, SCIM_URN_USER))
			continue;
		else if (entry_is(entry, "members", 7) && schemas && holds_string(schemas, SCIM_URN_GROUP))
		{
			if (beside && beside->members)
				continue;
			members = scim_is_array(&entry->value) ? summed_members(&entry->value) : &entry->value;
			if (members == NULL)
				continue;
			entry->value = *members;
		}
		if (entries->count < i)
			entries->items[entries->count] = *entry;
		entries->count++;
	}
	if (beside)
		add_beside(entries, beside);
}

ScimForm
scim_content_form_of(const JsonbValue *document, const ScimBeside *beside)
{
	ScimEntries entries;
	ScimForm	form;

	content_entries(&entries, document, beside);
	form = scim_entries_form(&entries);
	scim_free_entries(&entries);
	return form;
}

static JsonbValue
binary(JsonbContainer *document)
{
	JsonbValue	value;

	value.type = jbvBinary;
	value.val.binary.data = document;
	value.val.binary.len = 0;	/* is not asked for */
	return value;
}

ScimForm
scim_content_form(JsonbContainer *document, const ScimBeside *beside)
{
	JsonbValue	value = binary(document);

	return scim_content_form_of(&value, beside);
}

static bool
is_same_child(const JsonbValue *child, const JsonbValue *kept)
{
	return kept->type == child->type &&
		(kept->type != jbvBinary || kept->val.binary.data == child->val.binary.data);
}

JsonbValue
scim_pruned(const JsonbValue *value)
{
	JsonbValue *copy = NULL;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	child;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (value->type == jbvNumeric)
		scim_check_digits(value->val.numeric);
	if (value->type != jbvBinary)
		return *value;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &key, &child))
	{
		JsonbValue	kept = IsAJsonbScalar(&child) && child.type != jbvNumeric
		? child : scim_pruned(&child);
		bool		is_object = JsonContainerIsObject(walk.container);
		bool		goes = is_object && scim_is_unassigned(&kept);

		scim_copy_member(&copy, &walk, !goes && is_same_child(&child, &kept),
						 is_object ? key.val.string.val : NULL, key.val.string.len,
						 goes ? NULL : &kept);
	}
	return copy ? *copy : *value;
}

JsonbValue *
scim_content_tree(JsonbContainer *document, const ScimBeside *beside)
{
	JsonbValue *content = scim_new_object();
	JsonbValue	value = binary(document);
	ScimEntries entries;

	content_entries(&entries, &value, beside);
	for (int i = 0; i < entries.count; i++)
	{
		ScimEntry  *entry = &entries.items[i];
		JsonbValue	kept;

		/* what is a tree was made here */
		if (!IsAJsonbScalar(&entry->value) && entry->value.type != jbvBinary)
			scim_root(scim_write(&entry->value), &entry->value);
		kept = scim_pruned(&entry->value);
		if (!scim_is_unassigned(&kept))
			scim_add(content, entry->key, entry->length, &kept);
	}
	scim_free_entries(&entries);
	return content;
}
