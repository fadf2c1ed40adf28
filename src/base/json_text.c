/*
 * json_text.c
 *		JSON as text, with the members of objects in the order of the tree.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/json_text.h"
#include "base/jsonb_pairs.h"
#include "base/jsonb_tree.h"
#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/* Where the text goes: it is counted, and kept if there is somewhere to keep it. */
typedef struct Sink
{
	StringInfo	out;			/* NULL: it is only counted */
	int64		size;
	bool		as_jsonb;		/* with white space, and members in the order of jsonb */
} Sink;

static void write_value(Sink *sink, const JsonbValue *value);

/* The byte behind the text is set when all of it is there: see append(). */
static inline void
put(Sink *sink, const char *bytes, int length)
{
	StringInfo	out = sink->out;

	sink->size += length;
	if (out == NULL)
		return;
	if (unlikely(length >= out->maxlen - out->len))
		enlargeStringInfo(out, length);
	memcpy(out->data + out->len, bytes, length);
	out->len += length;
}

static inline void
put_text(Sink *sink, const char *text)
{
	put(sink, text, strlen(text));
}

/* ---- scalars ---- */

static inline bool
must_be_escaped(unsigned char byte)
{
	return byte < ' ' || byte == '"' || byte == '\\';
}

/* A byte in each place of eight. */
#define EACH(byte) (UINT64CONST(0x0101010101010101) * (byte))

/*
 * Must any of eight bytes be escaped?  Taking n from all at once sets the high bit of a
 * byte of ASCII that is less than n; it is borrowed from the next one only behind such a
 * byte, so none is found where there is none.
 */
static inline bool
must_any_be_escaped(uint64 eight)
{
	uint64		quote = eight ^ EACH('"');
	uint64		backslash = eight ^ EACH('\\');

	return ((((eight - EACH(' ')) & ~eight) | ((quote - EACH(1)) & ~quote) |
			 ((backslash - EACH(1)) & ~backslash)) & EACH(0x80)) != 0;
}

static inline uint64
eight_bytes(const char *bytes)
{
	uint64		eight;

	memcpy(&eight, bytes, sizeof(eight));
	return eight;
}

/* Of a string of four to seven bytes all, some of them twice. */
static inline uint64
few_bytes(const char *string, int length)
{
	uint32		first;
	uint32		last;

	memcpy(&first, string, sizeof(first));
	memcpy(&last, string + length - sizeof(last), sizeof(last));
	return (uint64) first << 32 | last;
}

/* Is nothing to be escaped in it?  Its end is looked at together with what is before. */
static inline bool
is_plain(const char *string, int length)
{
	const char *last;

	if (length < (int) sizeof(uint32))
		return false;			/* or nobody knows */
	if (length < (int) sizeof(uint64))
		return !must_any_be_escaped(few_bytes(string, length));
	last = string + length - sizeof(uint64);
	for (; string < last; string += sizeof(uint64))
	{
		if (must_any_be_escaped(eight_bytes(string)))
			return false;
	}
	return !must_any_be_escaped(eight_bytes(last));
}

/* How many bytes stand for themselves, up to one that must be escaped? */
static int
plain_length(const char *string, int length)
{
	int			plain = 0;

	if (is_plain(string, length))
		return length;
	while (length - plain >= (int) sizeof(uint64) &&
		   !must_any_be_escaped(eight_bytes(string + plain)))
		plain += sizeof(uint64);
	while (plain < length && !must_be_escaped(string[plain]))
		plain++;
	return plain;
}

/* The escape that stands for such a byte in a string (RFC 8259 section 7), maybe in "room". */
static const char *
escape_of(unsigned char byte, char room[7])
{
	static const char *const short_escapes[] =
	{['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f",
	['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\"};

	if (byte < lengthof(short_escapes) && short_escapes[byte])
		return short_escapes[byte];
	snprintf(room, 7, "\\u%04x", byte);
	return room;
}

static void
write_string(Sink *sink, const JsonbValue *value)
{
	const char *string = value->val.string.val;
	const char *end = string + value->val.string.len;

	put(sink, "\"", 1);
	for (;;)
	{
		int			plain = plain_length(string, end - string);
		char		room[7];

		put(sink, string, plain);
		string += plain;
		if (string == end)
			break;
		put_text(sink, escape_of(*string++, room));
	}
	put(sink, "\"", 1);
}

static void
write_number(Sink *sink, Numeric number)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));

	put_text(sink, text);
	pfree(text);
}

/* ---- containers ---- */

static void
write_member(Sink *sink, bool first, const JsonbValue *key, const JsonbValue *value)
{
	if (!first)
		put_text(sink, sink->as_jsonb ? ", " : ",");
	if (key)
	{
		write_string(sink, key);
		put_text(sink, sink->as_jsonb ? ": " : ":");
	}
	write_value(sink, value);
}

static void
write_container(Sink *sink, JsonbContainer *container)
{
	bool		is_object = JsonContainerIsObject(container);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, container);
	put(sink, is_object ? "{" : "[", 1);
	while (scim_walk_next(&walk, &key, &value))
		write_member(sink, walk.next == 1, is_object ? &key : NULL, &value);
	put(sink, is_object ? "}" : "]", 1);
}

static void
write_array(Sink *sink, const JsonbValue *array)
{
	put(sink, "[", 1);
	for (int i = 0; i < array->val.array.nElems; i++)
		write_member(sink, i == 0, NULL, &array->val.array.elems[i]);
	put(sink, "]", 1);
}

static void
write_sorted(Sink *sink, const JsonbValue *object)
{
	int			count;
	const JsonbPair **pairs = scim_sorted_pairs(object, &count);

	put(sink, "{", 1);
	for (int i = 0; i < count; i++)
		write_member(sink, i == 0, &pairs[i]->key, &pairs[i]->value);
	put(sink, "}", 1);
	pfree(pairs);
}

static void
write_object(Sink *sink, const JsonbValue *object)
{
	put(sink, "{", 1);
	for (int i = 0; i < object->val.object.nPairs; i++)
		write_member(sink, i == 0, &object->val.object.pairs[i].key,
					 &object->val.object.pairs[i].value);
	put(sink, "}", 1);
}

static void
write_value(Sink *sink, const JsonbValue *value)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch (value->type)
	{
		case jbvNull:
			put_text(sink, "null");
			break;
		case jbvBool:
			put_text(sink, value->val.boolean ? "true" : "false");
			break;
		case jbvString:
			write_string(sink, value);
			break;
		case jbvNumeric:
			write_number(sink, value->val.numeric);
			break;
		case jbvBinary:
			write_container(sink, value->val.binary.data);
			break;
		case jbvArray:
			write_array(sink, value);
			break;
		case jbvObject:
			if (sink->as_jsonb)
				write_sorted(sink, value);
			else
				write_object(sink, value);
			break;
		default:
			elog(ERROR, "unexpected jsonb value type: %d", (int) value->type);
	}
}

/* ---- what others call ---- */

static void
append(StringInfo out, const JsonbValue *value, bool as_jsonb)
{
	Sink		sink = {.out = out, .as_jsonb = as_jsonb};

	write_value(&sink, value);
	out->data[out->len] = '\0';
}

void
scim_append_json(StringInfo out, const JsonbValue *value)
{
	append(out, value, false);
}

void
scim_append_jsonb(StringInfo out, const JsonbValue *value)
{
	append(out, value, true);
}

int64
scim_json_size(const JsonbValue *value)
{
	Sink		sink = {0};

	write_value(&sink, value);
	return sink.size;
}

bool
scim_holds_json(const JsonbValue *value)
{
	static const JsonSemAction nothing = {0};
	char	   *text;
	char	   *begin;

	if (value->type != jbvString)
		return false;
	text = scim_string_copy(value);
	begin = text + strspn(text, " \t\r\n");
	return (*begin == '{' || *begin == '[') &&
		pg_parse_json(scim_json_lexer(text, value->val.string.len),
					  unconstify(JsonSemAction *, &nothing)) == JSON_SUCCESS;
}
