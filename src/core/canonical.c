/*
 * canonical.c
 *		The canonical form of JSON and of a resource's content, and the version.
 *
 * The jsonb is walked in place and written into one buffer that is kept for
 * the next time: no iterator, no string per value.  What the content leaves
 * out is decided in content_entries() at the top level and by "prune" in depth.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/sha256.h"
#include "core/canonical.h"
#include "core/jcs.h"
#include "core/schema.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

/* A number of a resource has no more digits than this. */
#define MAX_DIGITS 400

/* A buffer that grew beyond this is not kept. */
#define KEEP_CAPACITY (1024 * 1024)

/* Objects with up to this many members are collected on the stack. */
#define FEW_ENTRIES 16

/* Up to this many are sorted by insertion: the calls of qsort cost more than the moves. */
#define INSERTION_ENTRIES 32

typedef struct Entry
{
	uint64		prefix;			/* the key's first bytes, to be compared as a number */
	const char *key;
	int			length;
	JsonbValue	value;
} Entry;

typedef struct Entries
{
	Entry	   *items;
	int			count;
	Entry		few[FEW_ENTRIES];
} Entries;

typedef struct Output
{
	char	   *data;
	Size		length;
	Size		capacity;
	bool		prune;			/* write content: leave out what is unassigned */
} Output;

static Output output;

static void write_value(const JsonbValue *value);

/* ---- the buffer ---- */

static void
begin(bool prune)
{
	if (output.data == NULL || output.capacity > KEEP_CAPACITY)
	{
		if (output.data)
		{
			pfree(output.data);
			output.data = NULL;
		}
		output.data = MemoryContextAlloc(TopMemoryContext, 8192);
		output.capacity = 8192;
	}
	output.length = 0;
	output.prune = prune;
}

/* Room for "size" more bytes; returns where they go. */
static inline char *
room(Size size)
{
	if (unlikely(output.length + size > output.capacity))
	{
		Size		capacity = Max(2 * output.capacity, output.length + size);

		output.data = repalloc_huge(output.data, capacity);
		output.capacity = capacity;
	}
	return output.data + output.length;
}

static inline void
put_char(char c)
{
	*room(1) = c;
	output.length++;
}

static inline void
put_string(const char *string, int length)
{
	output.length += jcs_string(room(JCS_STRING_SIZE(length)), string, length);
}

static ScimForm
finish(void)
{
	ScimForm	form;

	form.data = output.data;
	form.length = output.length;
	return form;
}

/* ---- values ---- */

static char *
number_text(Numeric numeric)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(numeric)));
}

static bool
has_too_many_digits(const char *text)
{
	size_t		length = strlen(text);

	return length > MAX_DIGITS &&
		length - (text[0] == '-') - (strchr(text, '.') != NULL) > MAX_DIGITS;
}

static void
check_digits(const char *text)
{
	if (has_too_many_digits(text))
		scim_throw(scim_error(SCIM_LONG_NUMBER),
				   "a number of a resource has at most %d digits", MAX_DIGITS);
}

bool
scim_can_be_content(const JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	child;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (value->type == jbvNumeric)
		return !has_too_many_digits(number_text(value->val.numeric));
	if (value->type != jbvBinary)
		return true;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &child))
	{
		if ((child.type == jbvNumeric || child.type == jbvBinary) && !scim_can_be_content(&child))
			return false;
	}
	return true;
}

static void
write_number(Numeric numeric)
{
	char	   *text = number_text(numeric);
	JcsDecimal	decimal;

	if (output.prune)
		check_digits(text);
	if (!jcs_parse(&decimal, text, strlen(text)))
		elog(ERROR, "unexpected number in jsonb");
	output.length += jcs_number(room(jcs_number_size(&decimal)), &decimal);
	pfree(text);
}

/*
 * The first 8 bytes of the key, the first one highest, and zeros behind its
 * end: of two keys in ASCII, the one with the smaller number comes first.  Of
 * any other key, 0: then jcs_compare decides.
 */
static inline uint64
key_prefix(const char *key, int length)
{
	uint64		prefix = 0;

	if (length >= 8)
		memcpy(&prefix, key, 8);
	else
		for (int i = 0; i < length; i++)
			((char *) &prefix)[i] = key[i];
	return (prefix & UINT64CONST(0x8080808080808080)) ? 0 : pg_ntoh64(prefix);
}

static inline int
compare_entries(const void *a, const void *b)
{
	const Entry *x = a;
	const Entry *y = b;

	if (likely(x->prefix != y->prefix && x->prefix != 0 && y->prefix != 0))
		return x->prefix < y->prefix ? -1 : 1;
	return jcs_compare(x->key, x->length, y->key, y->length);
}

/* What stands for an entry while few are sorted: less to move. */
typedef struct Sorted
{
	uint64		prefix;
	const Entry *entry;
} Sorted;

static inline bool
comes_after(const Sorted *a, const Sorted *b)
{
	if (likely(a->prefix != b->prefix && a->prefix != 0 && b->prefix != 0))
		return a->prefix > b->prefix;
	return compare_entries(a->entry, b->entry) > 0;
}

static void
sort_few(const Entries *entries, Sorted *sorted)
{
	for (int i = 0; i < entries->count; i++)
	{
		Sorted		next = {entries->items[i].prefix, &entries->items[i]};
		int			j = i;

		for (; j > 0 && comes_after(&sorted[j - 1], &next); j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = next;
	}
}

static void
init_entries(Entries *entries, int capacity)
{
	entries->count = 0;
	entries->items = entries->few;
	if (capacity > FEW_ENTRIES)
		entries->items = palloc_extended(capacity * sizeof(Entry), MCXT_ALLOC_HUGE);
}

static void
free_entries(Entries *entries)
{
	if (entries->items != entries->few)
		pfree(entries->items);
}

static inline void
add_entry(Entries *entries, const char *key, int length, const JsonbValue *value)
{
	Entry	   *entry = &entries->items[entries->count++];

	entry->prefix = key_prefix(key, length);
	entry->key = key;
	entry->length = length;
	entry->value = *value;
}

/*
 * Writes a member.  When pruning, one whose value is unassigned is taken back:
 * null, [], or an object of which nothing was left.  False if it was.
 */
static bool
write_entry(const Entry *entry, bool first)
{
	Size		before = output.length;
	Size		start;
	char	   *p;

	if (output.prune && entry->value.type == jbvNull)
		return false;
	p = room(JCS_STRING_SIZE(entry->length) + 2);
	if (!first)
		*p++ = ',';
	p += jcs_string(p, entry->key, entry->length);
	*p++ = ':';
	start = output.length = p - output.data;
	write_value(&entry->value);
	if (!output.prune || output.length != start + 2 ||
		(output.data[start] != '{' && output.data[start] != '['))
		return true;
	output.length = before;
	return false;
}

/* Writes the members in order. */
static void
write_entries(Entries *entries)
{
	bool		few = entries->count <= INSERTION_ENTRIES;
	Sorted		sorted[INSERTION_ENTRIES];
	bool		first = true;

	if (few)
		sort_few(entries, sorted);
	else
		qsort(entries->items, entries->count, sizeof(Entry), compare_entries);
	put_char('{');
	for (int i = 0; i < entries->count; i++)
	{
		if (write_entry(few ? sorted[i].entry : &entries->items[i], first))
			first = false;
	}
	put_char('}');
}

/* The members of an object, be it binary or a tree; with room for some more. */
static void
collect_entries(Entries *entries, const JsonbValue *object, int more)
{
	if (object->type == jbvBinary)
	{
		ScimWalk	walk;
		JsonbValue	key;
		JsonbValue	value;

		scim_walk(&walk, object->val.binary.data);
		init_entries(entries, walk.count + more);
		while (scim_walk_next(&walk, &key, &value))
			add_entry(entries, key.val.string.val, key.val.string.len, &value);
		return;
	}
	init_entries(entries, object->val.object.nPairs + more);
	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &object->val.object.pairs[i];

		add_entry(entries, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
	}
}

static void
write_object(const JsonbValue *object)
{
	Entries		entries;

	collect_entries(&entries, object, 0);
	write_entries(&entries);
	free_entries(&entries);
}

static void
write_array(const JsonbValue *array)
{
	put_char('[');
	if (array->type == jbvBinary)
	{
		ScimWalk	walk;
		JsonbValue	element;

		scim_walk(&walk, array->val.binary.data);
		while (scim_walk_next(&walk, NULL, &element))
		{
			if (walk.next > 1)
				put_char(',');
			write_value(&element);
		}
	}
	else
		for (int i = 0; i < array->val.array.nElems; i++)
		{
			if (i > 0)
				put_char(',');
			write_value(&array->val.array.elems[i]);
		}
	put_char(']');
}

static void
write_value(const JsonbValue *value)
{
	CHECK_FOR_INTERRUPTS();
	switch (value->type)
	{
		case jbvNull:
			memcpy(room(4), "null", 4);
			output.length += 4;
			break;
		case jbvBool:
			memcpy(room(5), value->val.boolean ? "true" : "false", 5);
			output.length += value->val.boolean ? 4 : 5;
			break;
		case jbvString:
			put_string(value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			write_number(value->val.numeric);
			break;
		default:
			check_stack_depth();
			if (scim_is_object(value))
				write_object(value);
			else
				write_array(value);
			break;
	}
}

ScimForm
scim_canonical_form(const JsonbValue *value)
{
	begin(false);
	write_value(value);
	return finish();
}

/* ---- hashes ---- */

void
scim_form_version(ScimForm form, const int64 *revision, char version[SCIM_VERSION_SIZE + 1])
{
	uint8		hash[SCIM_DIGEST_SIZE];

	if (revision)
	{
		char	   *wrapped = psprintf("{\"content\":%.*s,\"revision\":" INT64_FORMAT "}",
									   (int) form.length, form.data, *revision);

		scim_sha256(wrapped, strlen(wrapped), hash);
		pfree(wrapped);
	}
	else
		scim_sha256(form.data, form.length, hash);
	base64_text(version, hash, 8);
}

/* Writes a member's hashed form; the members of a client's resource and of a row alike. */
static void
hash_member(const JsonbValue *type, const JsonbValue *value, uint8 *hash)
{
	Size		start = output.length;
	Entries		entries;

	init_entries(&entries, 2);
	if (type->type != jbvNull)
		add_entry(&entries, "type", 4, type);
	if (value->type != jbvNull)
		add_entry(&entries, "value", 5, value);
	write_entries(&entries);
	scim_sha256(output.data + start, output.length - start, hash);
	output.length = start;
}

void
scim_member_hash(const char *type, const char *id, uint8 *hash)
{
	JsonbValue	type_value = scim_text(type);
	JsonbValue	id_value = scim_text(id);

	begin(true);
	hash_member(&type_value, &id_value, hash);
}

/* ---- the content of a resource ---- */

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
		hash_member(&type, &value, hash);
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

/* "schemas" sorted by bytes, without duplicates; what is no array of strings stays as it is. */
static JsonbValue *
sorted_schemas(const JsonbValue *schemas)
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

static inline bool
entry_is(const Entry *entry, const char *name, int length)
{
	return entry->length == length && memcmp(entry->key, name, length) == 0;
}

/* So many stand beside the document. */
#define BESIDE_ENTRIES 3

static void
add_beside(Entries *entries, const ScimBeside *beside)
{
	JsonbValue	value;

	value = scim_text(beside->id);
	add_entry(entries, "id", 2, &value);
	if (beside->password)
	{
		value.val.string.val = VARDATA_ANY(beside->password);
		value.val.string.len = VARSIZE_ANY_EXHDR(beside->password);
		add_entry(entries, "password", 8, &value);
	}
	if (beside->members && beside->members->count != 0)
		add_entry(entries, "members", 7,
				  members_entry(beside->members->count, beside->members->digest));
}

/*
 * The top level of the content: without meta, _version, and a user's groups;
 * schemas as a set; a group's members as count and digest; with what the row
 * holds beside the document.
 */
static void
content_entries(Entries *entries, const JsonbValue *document, const ScimBeside *beside)
{
	JsonbValue *schemas = NULL;
	int			count;

	if (!scim_is_object(document))
		scim_throw(scim_error(SCIM_NO_RESOURCE), "a resource must be an object");
	collect_entries(entries, document, BESIDE_ENTRIES);
	for (int i = 0; i < entries->count; i++)
	{
		if (entry_is(&entries->items[i], "schemas", 7))
			schemas = sorted_schemas(&entries->items[i].value);
	}
	count = entries->count;
	entries->count = 0;
	for (int i = 0; i < count; i++)
	{
		Entry	   *entry = &entries->items[i];
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
	Entries		entries;

	begin(true);
	content_entries(&entries, document, beside);
	write_entries(&entries);
	free_entries(&entries);
	return finish();
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

/* The value without unassigned members, in depth; the same rule as in write_entries. */
static JsonbValue *
pruned(const JsonbValue *value)
{
	JsonbValue *tree = scim_open(value);
	int			kept = 0;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (tree->type == jbvArray)
	{
		for (int i = 0; i < tree->val.array.nElems; i++)
			tree->val.array.elems[i] = *pruned(&tree->val.array.elems[i]);
	}
	else if (tree->type == jbvObject)
	{
		for (int i = 0; i < tree->val.object.nPairs; i++)
		{
			JsonbPair	pair = tree->val.object.pairs[i];

			pair.value = *pruned(&pair.value);
			if (!scim_is_unassigned(&pair.value))
				tree->val.object.pairs[kept++] = pair;
		}
		tree->val.object.nPairs = kept;
	}
	else if (tree->type == jbvNumeric)
		check_digits(number_text(tree->val.numeric));
	return tree;
}

JsonbValue *
scim_content_tree(JsonbContainer *document, const ScimBeside *beside)
{
	JsonbValue *content = scim_new_object();
	JsonbValue	value = binary(document);
	Entries		entries;

	begin(true);
	content_entries(&entries, &value, beside);
	for (int i = 0; i < entries.count; i++)
	{
		Entry	   *entry = &entries.items[i];
		JsonbValue *kept = pruned(&entry->value);

		if (!scim_is_unassigned(kept))
			scim_add(content, entry->key, entry->length, kept);
	}
	free_entries(&entries);
	return content;
}
