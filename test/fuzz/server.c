/*
 * server.c
 *		So much of the PostgreSQL server as src/core asks for: memory, strings,
 *		errors, jsonb, numeric.
 *
 * Every piece of memory is one of malloc's, so that AddressSanitizer sees
 * whoever leaves it.  A numeric is its decimal text.
 */
#include "server.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "common/cryptohash.h"
#include "common/hashfn.h"
#include "common/jsonapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#undef vsnprintf
#undef snprintf
#undef fprintf
#undef qsort

/* ---- memory ---- */

typedef struct Block
{
	struct Block *next;
	struct Block *previous;
	size_t		size;
	size_t		keep;			/* what follows is aligned to 16 bytes */
} Block;

static Block blocks = {&blocks, &blocks};
MemoryContext TopMemoryContext = NULL;
MemoryContext CurrentMemoryContext = NULL;

/* A block that is not "kept" is freed with all others. */
static void *
allocate(Size size, bool keep)
{
	Block	   *block = malloc(sizeof(Block) + size);

	if (!block)
		abort();
	block->size = size;
	block->keep = keep;
	block->next = blocks.next;
	block->previous = &blocks;
	blocks.next->previous = block;
	blocks.next = block;
	/* what is read before it is written shall be seen */
	memset(block + 1, 0x7f, size);
	return block + 1;
}

void *
palloc(Size size)
{
	return allocate(size, false);
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
palloc_extended(Size size, int flags)
{
	return (flags & MCXT_ALLOC_ZERO) ? palloc0(size) : palloc(size);
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	/* no one asks for another context but for what stays */
	return allocate(size, true);
}

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	return memset(allocate(size, true), 0, size);
}

void
pfree(void *pointer)
{
	Block	   *block = (Block *) pointer - 1;

	block->next->previous = block->previous;
	block->previous->next = block->next;
	free(block);
}

void *
repalloc(void *pointer, Size size)
{
	Block	   *block = (Block *) pointer - 1;
	void	   *result = allocate(size, block->keep);

	memcpy(result, pointer, Min(block->size, size));
	pfree(pointer);
	return result;
}

void *
repalloc_huge(void *pointer, Size size)
{
	return repalloc(pointer, size);
}

char *
pnstrdup(const char *text, Size length)
{
	char	   *copy;

	length = strnlen(text, length);
	copy = palloc(length + 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *
pstrdup(const char *text)
{
	return pnstrdup(text, strlen(text));
}

void
server_reset(void)
{
	Block	   *next;

	for (Block *block = blocks.next; block != &blocks; block = next)
	{
		next = block->next;
		if (!block->keep)
			pfree(block + 1);
	}
}

/* ---- strings ---- */

char *
psprintf(const char *format, ...)
{
	va_list		arguments;
	char	   *text;
	int			needed;

	va_start(arguments, format);
	needed = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	text = palloc(needed + 1);
	va_start(arguments, format);
	vsnprintf(text, needed + 1, format, arguments);
	va_end(arguments);
	return text;
}

int
pg_snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list		arguments;
	int			needed;

	va_start(arguments, format);
	needed = vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return needed;
}

unsigned char
pg_ascii_tolower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

int
pg_strncasecmp(const char *a, const char *b, size_t length)
{
	for (; length > 0; a++, b++, length--)
	{
		int			difference = pg_ascii_tolower(*a) - pg_ascii_tolower(*b);

		if (difference != 0 || *a == '\0')
			return difference;
	}
	return 0;
}

int
pg_strcasecmp(const char *a, const char *b)
{
	return pg_strncasecmp(a, b, SIZE_MAX);
}

int
pg_mbcharcliplen(const char *text, int length, int limit)
{
	int			fits = 0;

	while (fits < length && limit-- > 0)
	{
		fits++;
		while (fits < length && (text[fits] & 0xC0) == 0x80)
			fits++;
	}
	return fits;
}

void
pg_qsort(void *items, size_t count, size_t size, int (*compare) (const void *, const void *))
{
	qsort(items, count, size, compare);
}

int
pg_qsort_strcmp(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

void
initStringInfo(StringInfo text)
{
	text->maxlen = 1024;
	text->data = palloc(text->maxlen);
	text->data[0] = '\0';
	text->len = text->cursor = 0;
}

#if PG_VERSION_NUM < 160000
#define STRINGINFO_DATA const char *
#else
#define STRINGINFO_DATA const void *
#endif

void
resetStringInfo(StringInfo text)
{
	text->data[0] = '\0';
	text->len = 0;
	text->cursor = 0;
}

void
enlargeStringInfo(StringInfo text, int needed)
{
	if (text->len + needed < text->maxlen)
		return;
	text->maxlen = 2 * text->maxlen + needed;
	text->data = repalloc(text->data, text->maxlen);
}

void
appendBinaryStringInfo(StringInfo text, STRINGINFO_DATA data, int length)
{
	enlargeStringInfo(text, length);
	memcpy(text->data + text->len, data, length);
	text->len += length;
	text->data[text->len] = '\0';
}

void
appendStringInfoChar(StringInfo text, char c)
{
	appendBinaryStringInfo(text, &c, 1);
}

void
appendStringInfoString(StringInfo text, const char *string)
{
	appendBinaryStringInfo(text, string, strlen(string));
}

void
appendStringInfo(StringInfo text, const char *format, ...)
{
	char		buffer[4096];
	va_list		arguments;

	va_start(arguments, format);
	vsnprintf(buffer, sizeof(buffer), format, arguments);
	va_end(arguments);
	appendStringInfoString(text, buffer);
}

/* ---- errors ---- */

static sigjmp_buf *handler;
static ServerError *raised;
volatile sig_atomic_t InterruptPending = false;

bool
server_try(void (*body) (void *argument), void *argument, ServerError *error)
{
	sigjmp_buf	here;
	sigjmp_buf *outer = handler;
	ServerError *outer_error = raised;
	bool		done = false;

	handler = &here;
	raised = error;
	error->message[0] = error->detail[0] = '\0';
	if (sigsetjmp(here, 0) == 0)
	{
		body(argument);
		done = true;
	}
	handler = outer;
	raised = outer_error;
	return done;
}

/* Nobody reads what is not an error. */
bool
errstart(int level, const char *domain)
{
	return level >= ERROR;
}

bool
errstart_cold(int level, const char *domain)
{
	return true;
}

static int
keep_text(char *text, size_t size, const char *format, va_list arguments)
{
	vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return 0;
}

int
errmsg(const char *format, ...)
{
	va_list		arguments;

	va_start(arguments, format);
	return keep_text(raised->message, sizeof(raised->message), format, arguments);
}

int
errmsg_internal(const char *format, ...)
{
	va_list		arguments;

	va_start(arguments, format);
	return keep_text(raised->message, sizeof(raised->message), format, arguments);
}

int
errdetail(const char *format, ...)
{
	va_list		arguments;

	va_start(arguments, format);
	return keep_text(raised->detail, sizeof(raised->detail), format, arguments);
}

int
errdetail_internal(const char *format, ...)
{
	va_list		arguments;

	va_start(arguments, format);
	return keep_text(raised->detail, sizeof(raised->detail), format, arguments);
}

/* There is no log. */
int
errdetail_log(const char *format, ...)
{
	return 0;
}

int
errhint(const char *format, ...)
{
	return 0;
}

int
errcode(int code)
{
	return 0;
}

int
errhidestmt(bool hide)
{
	return 0;
}

int
errhidecontext(bool hide)
{
	return 0;
}

void
errfinish(const char *file, int line, const char *function)
{
	if (!handler)
	{
		fprintf(stderr, "error outside of server_try\n");
		abort();
	}
	siglongjmp(*handler, 1);
}

TimestampTz
GetCurrentTimestamp(void)
{
	return 0;
}

void
check_stack_depth(void)
{
}

void
ProcessInterrupts(void)
{
}

/* ---- functions ---- */

Datum
DirectFunctionCall1Coll(PGFunction function, Oid collation, Datum argument)
{
	LOCAL_FCINFO(call, 1);

	InitFunctionCallInfoData(*call, NULL, 1, collation, NULL, NULL);
	call->args[0].value = argument;
	call->args[0].isnull = false;
	return function(call);
}

Datum
DirectFunctionCall2Coll(PGFunction function, Oid collation, Datum a, Datum b)
{
	LOCAL_FCINFO(call, 2);

	InitFunctionCallInfoData(*call, NULL, 2, collation, NULL, NULL);
	call->args[0].value = a;
	call->args[0].isnull = false;
	call->args[1].value = b;
	call->args[1].isnull = false;
	return function(call);
}

Datum
DirectFunctionCall3Coll(PGFunction function, Oid collation, Datum a, Datum b, Datum c)
{
	LOCAL_FCINFO(call, 3);

	InitFunctionCallInfoData(*call, NULL, 3, collation, NULL, NULL);
	call->args[0].value = a;
	call->args[0].isnull = false;
	call->args[1].value = b;
	call->args[1].isnull = false;
	call->args[2].value = c;
	call->args[2].isnull = false;
	return function(call);
}

struct varlena *
pg_detoast_datum(struct varlena *datum)
{
	return datum;
}

text *
cstring_to_text_with_len(const char *string, int length)
{
	text	   *result = palloc(length + VARHDRSZ);

	SET_VARSIZE(result, length + VARHDRSZ);
	memcpy(VARDATA(result), string, length);
	return result;
}

const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

#ifndef SERVER_HASHES

/* No SHA-256: versions are not what is tested here.  A test that wants it has the server's. */
struct pg_cryptohash_ctx
{
	uint64		state;
};

pg_cryptohash_ctx *
pg_cryptohash_create(pg_cryptohash_type type)
{
	return palloc0(sizeof(pg_cryptohash_ctx));
}

int
pg_cryptohash_init(pg_cryptohash_ctx *context)
{
	context->state = 0xcbf29ce484222325;
	return 0;
}

int
pg_cryptohash_update(pg_cryptohash_ctx *context, const uint8 *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		context->state = (context->state ^ data[i]) * 0x100000001b3;
	return 0;
}

int
pg_cryptohash_final(pg_cryptohash_ctx *context, uint8 *hash, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash[i] = context->state >> (i % 8 * 8);
	return 0;
}

void
pg_cryptohash_free(pg_cryptohash_ctx *context)
{
	pfree(context);
}

const char *
pg_cryptohash_error(pg_cryptohash_ctx *context)
{
	return "none";
}

#endif

/* ---- lists of pointers ---- */

List *
lappend(List *list, void *datum)
{
	if (!list)
	{
		list = palloc0(sizeof(List));
		list->type = T_List;
	}
	if (list->length == list->max_length)
	{
		list->max_length = Max(8, 2 * list->max_length);
		list->elements = list->elements
			? repalloc(list->elements, list->max_length * sizeof(ListCell))
			: palloc(list->max_length * sizeof(ListCell));
	}
	list->elements[list->length++].ptr_value = datum;
	return list;
}

bool
list_member_ptr(const List *list, const void *datum)
{
	ListCell   *cell;

	foreach(cell, list)
	{
		if (lfirst(cell) == datum)
			return true;
	}
	return false;
}

List *
list_concat_copy(const List *a, const List *b)
{
	List	   *both = NIL;
	ListCell   *cell;

	foreach(cell, a)
		both = lappend(both, lfirst(cell));
	foreach(cell, b)
		both = lappend(both, lfirst(cell));
	return both;
}

void
list_sort(List *list, list_sort_comparator compare)
{
	if (list)
		qsort(list->elements, list->length, sizeof(ListCell),
			  (int (*) (const void *, const void *)) compare);
}

void
list_free(List *list)
{
	if (!list)
		return;
	pfree(list->elements);
	pfree(list);
}

/* ---- numeric ---- */

static Numeric
new_numeric(const char *text)
{
	Size		size = VARHDRSZ + strlen(text) + 1;
	struct varlena *result = palloc(size);

	SET_VARSIZE(result, size);
	memcpy(VARDATA(result), text, strlen(text) + 1);
	return (Numeric) result;
}

static const char *
numeric_text(Numeric number)
{
	return VARDATA(number);
}

Datum
numeric_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pstrdup(numeric_text(PG_GETARG_NUMERIC(0))));
}

static Numeric read_numeric(const char *text, int length);

Datum
numeric_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);

	PG_RETURN_NUMERIC(read_numeric(text, strlen(text)));
}

Numeric
int64_to_numeric(int64 value)
{
	return new_numeric(psprintf("%lld", (long long) value));
}

/* Digits in front of the point, and behind it. */
static void
measure(Numeric number, int *whole, int *scale)
{
	const char *text = numeric_text(number);
	const char *point = strchr(text, '.');

	text += *text == '-';
	*whole = Max(*whole, (int) (point ? (size_t) (point - text) : strlen(text)));
	*scale = Max(*scale, point ? (int) strlen(point + 1) : 0);
}

/* So many of them, neither sign nor point. */
static char *
digits_of(Numeric number, int whole, int scale)
{
	const char *text = numeric_text(number);
	char	   *digits = palloc(whole + scale + 1);
	const char *point;
	int			length;

	text += *text == '-';
	point = strchr(text, '.');
	length = point ? (int) (point - text) : (int) strlen(text);
	memset(digits, '0', whole + scale);
	digits[whole + scale] = '\0';
	memcpy(digits + whole - length, text, length);
	if (point)
		memcpy(digits + whole, point + 1, strlen(point + 1));
	return digits;
}

/* a + sign * b, digit by digit; a is not less where they are subtracted. */
static void
add_digits(char *a, const char *b, int length, int sign)
{
	for (int i = length - 1, carry = 0; i >= 0; i--)
	{
		int			digit = a[i] - '0' + sign * (b[i] - '0') + carry;

		carry = digit < 0 ? -1 : digit / 10;
		a[i] = '0' + (digit + 10) % 10;
	}
}

static Numeric
make_numeric(bool negative, const char *digits, int whole, int scale)
{
	int			zeros = strspn(digits, "0");
	bool		is_zero = zeros == whole + scale;

	zeros = Min(zeros, whole - 1);
	return new_numeric(psprintf("%s%.*s%s%s", negative && !is_zero ? "-" : "", whole - zeros,
								digits + zeros, scale > 0 ? "." : "", digits + whole));
}

static Numeric
add_numbers(Numeric a, Numeric b, bool b_is_negative)
{
	bool		a_is_negative = numeric_text(a)[0] == '-';
	int			whole = 0;
	int			scale = 0;
	char	   *x;
	char	   *y;

	measure(a, &whole, &scale);
	measure(b, &whole, &scale);
	x = digits_of(a, ++whole, scale);
	y = digits_of(b, whole, scale);
	if (a_is_negative == b_is_negative)
		add_digits(x, y, whole + scale, 1);
	else if (strcmp(x, y) >= 0)
		add_digits(x, y, whole + scale, -1);
	else
	{
		add_digits(y, x, whole + scale, -1);
		return make_numeric(b_is_negative, y, whole, scale);
	}
	return make_numeric(a_is_negative, x, whole, scale);
}

Datum
numeric_add(PG_FUNCTION_ARGS)
{
	Numeric		b = PG_GETARG_NUMERIC(1);

	PG_RETURN_NUMERIC(add_numbers(PG_GETARG_NUMERIC(0), b, numeric_text(b)[0] == '-'));
}

Datum
numeric_sub(PG_FUNCTION_ARGS)
{
	Numeric		b = PG_GETARG_NUMERIC(1);

	PG_RETURN_NUMERIC(add_numbers(PG_GETARG_NUMERIC(0), b, numeric_text(b)[0] != '-'));
}

Datum
numeric_cmp(PG_FUNCTION_ARGS)
{
	Numeric		difference = DatumGetNumeric(DirectFunctionCall2(numeric_sub, PG_GETARG_DATUM(0),
																 PG_GETARG_DATUM(1)));
	const char *text = numeric_text(difference);

	PG_RETURN_INT32(text[0] == '-' ? -1 : strspn(text, "0.") == strlen(text) ? 0 : 1);
}

/* The number without zeros that say nothing. */
static char *
trimmed(Numeric number)
{
	char	   *text = pstrdup(numeric_text(number));
	char	   *end = text + strlen(text);

	if (strchr(text, '.'))
	{
		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			*--end = '\0';
	}
	return text;
}

/* A number of JSON as numeric_out would show it; NULL: too long. */
static Numeric
read_numeric(const char *text, int length)
{
	StringInfoData out;
	char	   *digits = palloc(length + 1);
	int			count = 0;
	int			point = -1;		/* so many digits stand in front of it */
	long		exponent = 0;
	int			i = text[0] == '-' ? 1 : 0;
	bool		zero = true;

	for (; i < length && (text[i] | 0x20) != 'e'; i++)
	{
		if (text[i] == '.')
			point = count;
		else
		{
			zero &= text[i] == '0';
			digits[count++] = text[i];
		}
	}
	if (i < length)
		exponent = strtol(pnstrdup(text + i + 1, length - i - 1), NULL, 10);
	if (count > 1000 || exponent > 1000 || exponent < -1000)
		return NULL;
	if (point < 0)
		point = count;
	point += exponent;

	initStringInfo(&out);
	if (text[0] == '-' && !zero)
		appendStringInfoChar(&out, '-');
	for (i = 0; i < point || i < 1; i++)
	{
		/* no zeros in front, but for one */
		char		c = i < point && i < count ? digits[i] : '0';

		if (c != '0' || i + 1 >= point || (out.len > 0 && out.data[out.len - 1] != '-'))
			appendStringInfoChar(&out, c);
	}
	if (point < count)
		appendStringInfoChar(&out, '.');
	for (i = point; i < count; i++)
		appendStringInfoChar(&out, i < 0 ? '0' : digits[i]);
	return new_numeric(out.data);
}

/* ---- jsonb ---- */

uint32
getJsonbOffset(const JsonbContainer *container, int index)
{
	uint32		offset = 0;

	for (int i = index - 1; i >= 0; i--)
	{
		offset += JBE_OFFLENFLD(container->children[i]);
		if (JBE_HAS_OFF(container->children[i]))
			break;
	}
	return offset;
}

JsonbValue *
getKeyJsonValueFromContainer(JsonbContainer *container, const char *key, int length,
							 JsonbValue *result)
{
	ScimWalk	walk;
	JsonbValue	name;
	JsonbValue	value;

	if (!JsonContainerIsObject(container))
		return NULL;
	scim_walk(&walk, container);
	while (scim_walk_next(&walk, &name, &value))
	{
		if (name.val.string.len != length || memcmp(name.val.string.val, key, length) != 0)
			continue;
		if (!result)
			result = palloc(sizeof(JsonbValue));
		*result = value;
		return result;
	}
	return NULL;
}

bool
JsonbExtractScalar(JsonbContainer *container, JsonbValue *result)
{
	ScimWalk	walk;

	if (!JsonContainerIsArray(container) || !JsonContainerIsScalar(container))
		return false;
	scim_walk(&walk, container);
	return scim_walk_next(&walk, NULL, result);
}

static void append_value(StringInfo text, const JsonbValue *value);

static void
append_string(StringInfo text, const JsonbValue *value)
{
	appendStringInfoChar(text, '"');
	for (int i = 0; i < value->val.string.len; i++)
	{
		unsigned char c = value->val.string.val[i];

		if (c == '"' || c == '\\')
			appendStringInfo(text, "\\%c", c);
		else if (c < 0x20)
			appendStringInfo(text, "\\u%04x", c);
		else
			appendStringInfoChar(text, c);
	}
	appendStringInfoChar(text, '"');
}

/*
 * Two of the same content have the same text: keys are stored in one order, and
 * numbers lose their zeros.
 */
static void
append_container(StringInfo text, JsonbContainer *container)
{
	bool		is_object = JsonContainerIsObject(container);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	appendStringInfoChar(text, is_object ? '{' : '[');
	scim_walk(&walk, container);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (walk.next > 1)
			appendStringInfoChar(text, ',');
		if (is_object)
		{
			append_string(text, &key);
			appendStringInfoChar(text, ':');
		}
		append_value(text, &value);
	}
	appendStringInfoChar(text, is_object ? '}' : ']');
}

static void
append_value(StringInfo text, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			appendStringInfoString(text, "null");
			break;
		case jbvBool:
			appendStringInfoString(text, value->val.boolean ? "true" : "false");
			break;
		case jbvNumeric:
			appendStringInfoString(text, trimmed(value->val.numeric));
			break;
		case jbvString:
			append_string(text, value);
			break;
		case jbvBinary:
			append_container(text, value->val.binary.data);
			break;
		default:
			abort();
	}
}

char *
JsonbToCString(StringInfo text, JsonbContainer *container, int estimate)
{
	StringInfoData own;

	if (!text)
	{
		initStringInfo(&own);
		text = &own;
	}
	append_container(text, container);
	return text->data;
}

int
compareJsonbContainers(JsonbContainer *a, JsonbContainer *b)
{
	if ((a->header & ~JB_CMASK) != (b->header & ~JB_CMASK))
		return -1;
	return strcmp(JsonbToCString(NULL, a, 0), JsonbToCString(NULL, b, 0));
}

/* Of few bits, so that other texts have the same. */
uint64
hash_bytes_extended(const unsigned char *bytes, int length, uint64 seed)
{
	uint64		hash = 5381 + seed;

	for (int i = 0; i < length; i++)
		hash = hash * 33 + bytes[i];
	return hash % 61;
}

/* ---- JSON ---- */

typedef struct Reader
{
	const char *at;
	const char *end;
	int			depth;
} Reader;

static bool read_value(Reader *reader, JsonbValue *value);

static char
next_char(Reader *reader)
{
	while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) && *reader->at)
		reader->at++;
	return reader->at < reader->end ? *reader->at : '\0';
}

static bool
take(Reader *reader, char c)
{
	if (next_char(reader) != c)
		return false;
	reader->at++;
	return true;
}

/* Length of the character of UTF-8 that begins there; 0: it is none. */
static int
utf8_length(const unsigned char *c, const char *end)
{
	int			length = *c < 0x80 ? 1 : *c >= 0xC2 && *c < 0xE0 ? 2 : *c >= 0xE0 && *c < 0xF0 ? 3 :
		*c >= 0xF0 && *c < 0xF5 ? 4 : 0;

	if (length > end - (const char *) c)
		return 0;
	for (int i = 1; i < length; i++)
	{
		if ((c[i] & 0xC0) != 0x80)
			return 0;
	}
	if ((*c == 0xE0 && c[1] < 0xA0) || (*c == 0xED && c[1] > 0x9F) ||
		(*c == 0xF0 && c[1] < 0x90) || (*c == 0xF4 && c[1] > 0x8F))
		return 0;
	return length;
}

bool
pg_verifymbstr(const char *text, int length, bool no_error)
{
	const char *end = text + length;
	int			one = 1;

	for (; text < end && one > 0 && *text; text += one)
		one = utf8_length((const unsigned char *) text, end);
	return text == end;
}

/* No surrogates: escapes above U+FFFF are for others to read. */
static bool
read_escape(Reader *reader, StringInfo text)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	char		c = reader->at < reader->end ? *reader->at++ : '\0';
	const char *found = c ? strchr(names, c) : NULL;
	int			code;

	if (found)
	{
		appendStringInfoChar(text, meant[found - names]);
		return true;
	}
	if (c != 'u' || reader->end - reader->at < 4 ||
		strspn(pnstrdup(reader->at, 4), "0123456789abcdefABCDEF") != 4)
		return false;
	code = strtol(pnstrdup(reader->at, 4), NULL, 16);
	reader->at += 4;
	if (code == 0 || (code >= 0xD800 && code <= 0xDFFF))
		return false;
	if (code < 0x80)
		appendStringInfoChar(text, code);
	else if (code < 0x800)
		appendStringInfo(text, "%c%c", 0xC0 | code >> 6, 0x80 | (code & 0x3F));
	else
		appendStringInfo(text, "%c%c%c", 0xE0 | code >> 12, 0x80 | (code >> 6 & 0x3F),
						 0x80 | (code & 0x3F));
	return true;
}

static bool
read_string(Reader *reader, JsonbValue *value)
{
	StringInfoData text;

	if (!take(reader, '"'))
		return false;
	initStringInfo(&text);
	while (reader->at < reader->end && *reader->at != '"')
	{
		int			length;

		if (*reader->at == '\\')
		{
			reader->at++;
			if (!read_escape(reader, &text))
				return false;
			continue;
		}
		length = utf8_length((const unsigned char *) reader->at, reader->end);
		if (length == 0 || (unsigned char) *reader->at < 0x20)
			return false;
		appendBinaryStringInfo(&text, reader->at, length);
		reader->at += length;
	}
	if (!take(reader, '"'))
		return false;
	/* exactly as long as it is */
	value->type = jbvString;
	value->val.string.val = palloc(text.len);
	value->val.string.len = text.len;
	memcpy(value->val.string.val, text.data, text.len);
	return true;
}

static bool
read_members(Reader *reader, char closing, JsonbValue *value)
{
	JsonbValue	key;
	JsonbValue	child;

	*value = closing == '}' ? *scim_new_object() : *scim_new_array();
	reader->at++;
	if (take(reader, closing))
		return true;
	do
	{
		if (closing == '}' && (!read_string(reader, &key) || !take(reader, ':')))
			return false;
		if (!read_value(reader, &child))
			return false;
		if (closing == '}')
			scim_set(value, key.val.string.val, key.val.string.len, &child);
		else
			scim_append(value, &child);
	} while (take(reader, ','));
	return take(reader, closing);
}

static bool
read_number(Reader *reader, JsonbValue *value)
{
	const char *start = reader->at;
	char	   *text;
	int			used = -1;

	while (reader->at < reader->end && *reader->at && strchr("+-.0123456789eE", *reader->at))
		reader->at++;
	text = pnstrdup(start, reader->at - start);
	/* the grammar: no 01, no 1., no .5 */
	if (strspn(text + (*text == '-'), "0123456789") == 0 ||
		(text[*text == '-'] == '0' && text[(*text == '-') + 1] >= '0' &&
		 text[(*text == '-') + 1] <= '9'))
		return false;
	if (strchr(text, '.') && strspn(strchr(text, '.') + 1, "0123456789") == 0)
		return false;
	(void) strtod(text, &text);
	used = *text == '\0';
	value->type = jbvNumeric;
	value->val.numeric = used ? read_numeric(start, reader->at - start) : NULL;
	return value->val.numeric != NULL;
}

static bool
read_word(Reader *reader, const char *word)
{
	if (reader->end - reader->at < (ptrdiff_t) strlen(word) ||
		memcmp(reader->at, word, strlen(word)) != 0)
		return false;
	reader->at += strlen(word);
	return true;
}

static bool
read_value(Reader *reader, JsonbValue *value)
{
	char		c = next_char(reader);
	bool		read;

	if (c == '{' || c == '[')
	{
		if (++reader->depth > 100)
			return false;
		read = read_members(reader, c == '{' ? '}' : ']', value);
		reader->depth--;
		return read;
	}
	if (c == '"')
		return read_string(reader, value);
	if (c == 't' || c == 'f')
	{
		value->type = jbvBool;
		value->val.boolean = c == 't';
		return read_word(reader, c == 't' ? "true" : "false");
	}
	value->type = jbvNull;
	return c == 'n' ? read_word(reader, "null") : read_number(reader, value);
}

Jsonb *
server_read_json(const char *text, size_t length)
{
	Reader		reader = {text, text + length};
	JsonbValue	value;

	if (!read_value(&reader, &value) || next_char(&reader) != '\0' || reader.at != reader.end)
		return NULL;
	return scim_write(&value);
}

/* Of what was written by us. */
Datum
jsonb_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);

	return JsonbPGetDatum(server_read_json(text, strlen(text)));
}

/* ---- the parser that only tells whether a text is JSON ---- */

static JsonLexContext lexer;

JsonLexContext *
#if PG_VERSION_NUM >= 170000
makeJsonLexContextCstringLen(JsonLexContext *made, const char *json, size_t length, int encoding,
							 bool need_escapes)
#else
makeJsonLexContextCstringLen(char *json, int length, int encoding, bool need_escapes)
#endif
{
	lexer.input = json;
	lexer.input_length = length;
	return &lexer;
}

JsonParseErrorType
#if PG_VERSION_NUM >= 180000
pg_parse_json(JsonLexContext *text, const JsonSemAction *actions)
#else
pg_parse_json(JsonLexContext *text, JsonSemAction *actions)
#endif
{
	return server_read_json(text->input, text->input_length) ? JSON_SUCCESS : JSON_INVALID_TOKEN;
}
