/*
 * canonical.c
 *		The canonical form of JSON, and hashes of it.
 *
 * The jsonb is walked in place and written into one buffer that is kept for
 * the next time: no iterator, no string per value.  What a resource's content
 * leaves out is decided by content.c at the top level and by "prune" in depth.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/sha256.h"
#include "core/canonical.h"
#include "core/jcs.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

/* A number of a resource has no more digits than this. */
#define MAX_DIGITS 400

/* A buffer that grew beyond this is not kept. */
#define KEEP_CAPACITY (1024 * 1024)

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

void
scim_check_digits(Numeric numeric)
{
	check_digits(number_text(numeric));
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
 * Writes a member.  When pruning, one whose value is unassigned is taken back:
 * null, [], or an object of which nothing was left.  False if it was.
 */
static bool
write_entry(const ScimEntry *entry, bool first)
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
write_entries(ScimEntries *entries)
{
	bool		first = true;

	scim_sort_entries(entries);
	put_char('{');
	for (int i = 0; i < entries->count; i++)
	{
		if (write_entry(scim_sorted_entry(entries, i), first))
			first = false;
	}
	put_char('}');
}

static void
write_object(const JsonbValue *object)
{
	ScimEntries entries;

	scim_collect_entries(&entries, object, 0);
	write_entries(&entries);
	scim_free_entries(&entries);
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
		while (scim_walk_element(&walk, &element))
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

ScimForm
scim_entries_form(ScimEntries *entries)
{
	begin(true);
	write_entries(entries);
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

void
scim_hash_member(const JsonbValue *type, const JsonbValue *value, uint8 *hash)
{
	ScimEntries entries;
	ScimForm	form;

	scim_init_entries(&entries, 2);
	if (type->type != jbvNull)
		scim_add_entry(&entries, "type", 4, type);
	if (value->type != jbvNull)
		scim_add_entry(&entries, "value", 5, value);
	form = scim_entries_form(&entries);
	scim_sha256(form.data, form.length, hash);
}

void
scim_member_hash(const char *type, const char *id, uint8 *hash)
{
	JsonbValue	type_value = scim_text(type);
	JsonbValue	id_value = scim_text(id);

	scim_hash_member(&type_value, &id_value, hash);
}
