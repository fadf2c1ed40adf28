/*
 * digest.c
 *		What a row of the history adds to a seal: the SHA-256 of its canonical form.
 *
 * It is computed of each row that is written, soon after, and beside those who
 * write; so the form is put together in a buffer that is kept, straight from the
 * row: the names of the columns stand here in the order of their bytes, and nothing
 * is sorted or copied twice.
 */
#include "postgres.h"

#include "audit/digest.h"
#include "base/jsonb_tree.h"
#include "base/sha256.h"
#include "catalog/pg_type.h"
#include "core/canonical.h"
#include "core/jcs.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define FIRST_CAPACITY 8192

/* A buffer that grew beyond this is not kept. */
#define KEEP_CAPACITY (1024 * 1024)

static char *buffer = NULL;
static Size capacity = 0;
static Size length;

/* ---- the buffer ---- */

static void
begin(void)
{
	if (capacity > KEEP_CAPACITY)
	{
		pfree(buffer);
		buffer = NULL;
		capacity = 0;
	}
	if (buffer == NULL)
	{
		buffer = MemoryContextAlloc(TopMemoryContext, FIRST_CAPACITY);
		capacity = FIRST_CAPACITY;
	}
	length = 0;
}

/* Room for "size" more bytes; returns where they go. */
static inline char *
room(Size size)
{
	if (unlikely(length + size > capacity))
	{
		Size		larger = Max(2 * capacity, length + size);

		buffer = repalloc_huge(buffer, larger);
		capacity = larger;
	}
	return buffer + length;
}

static inline void
put(const char *bytes, Size count)
{
	memcpy(room(count), bytes, count);
	length += count;
}

static inline void
put_string(const char *bytes, Size count)
{
	length += jcs_string(room(JCS_STRING_SIZE(count)), bytes, count);
}

/* ---- values ---- */

static void
put_text(Datum value)
{
	const struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);

	put_string(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
}

/* In full: another number has another form, whatever a double would make of it. */
static void
put_integer(Datum value)
{
	length += pg_lltoa(DatumGetInt64(value), room(sizeof("-9223372036854775808")));
}

static inline char *
put_digits(char *out, uint32 number, int count, char behind)
{
	for (int i = count - 1; i >= 0; i--, number /= 10)
		out[i] = '0' + number % 10;
	out[count] = behind;
	return out + count + 1;
}

/* The settings of the session (DateStyle, TimeZone) have no say in it. */
static void
put_instant(Datum value)
{
	TimestampTz at = DatumGetTimestampTz(value);
	struct pg_tm when;
	fsec_t		microseconds;
	char		text[64];
	char	   *p = text;

	if (TIMESTAMP_NOT_FINITE(at))
	{
		const char *name = TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity";

		put_string(name, strlen(name));
		return;
	}
	if (timestamp2tm(at, NULL, &when, &microseconds, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	if (when.tm_year >= 0 && when.tm_year <= 9999)
		p = put_digits(p, when.tm_year, 4, '-');
	else
		p += sprintf(p, "%+05d-", when.tm_year);
	p = put_digits(p, when.tm_mon, 2, '-');
	p = put_digits(p, when.tm_mday, 2, 'T');
	p = put_digits(p, when.tm_hour, 2, ':');
	p = put_digits(p, when.tm_min, 2, ':');
	p = put_digits(p, when.tm_sec, 2, '.');
	p = put_digits(p, microseconds, 6, 'Z');
	put_string(text, p - text);
}

static void
put_uuid(Datum value)
{
	const char *text = OidOutputFunctionCall(F_UUID_OUT, value);

	put_string(text, strlen(text));
}

/*
 * An array of names, as it was written.  What else an owner may have made of it, with
 * other dimensions, is a string: no two arrays have the same form.
 */
static void
put_names(Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (ARR_NDIM(array) > 1 || (ARR_NDIM(array) == 1 && ARR_LBOUND(array)[0] != 1))
	{
		const char *text = OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(array));

		put_string(text, strlen(text));
		return;
	}
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	put("[", 1);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			put(",", 1);
		if (nulls[i])
			put("null", 4);
		else
			put_text(elements[i]);
	}
	put("]", 1);
}

static void
put_json(Datum value)
{
	Jsonb	   *jsonb = DatumGetJsonbP(value);
	JsonbValue	root;
	ScimForm	form;

	scim_root(jsonb, &root);
	form = scim_canonical_form(&root);
	put(form.data, form.length);
}

/* ---- rows ---- */

typedef struct Member
{
	ScimEntryColumn column;
	void		(*put) (Datum value);
} Member;

/* All columns but xid, in the order of their names. */
static const Member members[] = {
	{SCIM_ENTRY_ACTOR, put_text},
	{SCIM_ENTRY_AGENT, put_text},
	{SCIM_ENTRY_APPLICATION_NAME, put_text},
	{SCIM_ENTRY_AT, put_instant},
	{SCIM_ENTRY_BEFORE, put_json},
	{SCIM_ENTRY_CHANGED, put_names},
	{SCIM_ENTRY_ERROR_CODE, put_text},
	{SCIM_ENTRY_EXPECTED_VERSION, put_text},
	{SCIM_ENTRY_MEMBERS, put_json},
	{SCIM_ENTRY_OPERATION, put_text},
	{SCIM_ENTRY_PREVIOUS_VERSION, put_text},
	{SCIM_ENTRY_PRINCIPAL, put_text},
	{SCIM_ENTRY_PROPOSAL, put_uuid},
	{SCIM_ENTRY_ID, put_text},
	{SCIM_ENTRY_TYPE, put_text},
	{SCIM_ENTRY_REVISION, put_integer},
	{SCIM_ENTRY_SEQ, put_integer},
	{SCIM_ENTRY_TENANT, put_text},
	{SCIM_ENTRY_TOOL, put_text},
	{SCIM_ENTRY_TRACE, put_text},
	{SCIM_ENTRY_VERSION, put_text}
};

StaticAssertDecl(lengthof(members) == SCIM_ENTRY_COLUMNS - 1, "all columns but xid");

void
scim_digest_row(const Datum *values, const bool *nulls, uint8 digest[SCIM_DIGEST_SIZE])
{
	char		before = '{';

	begin();
	for (int i = 0; i < (int) lengthof(members); i++)
	{
		ScimEntryColumn column = members[i].column;

		if (nulls[column])
			continue;
		put(&before, 1);
		put_string(scim_entry_forms[column].name, strlen(scim_entry_forms[column].name));
		put(":", 1);
		members[i].put(values[column]);
		before = ',';
	}
	if (before == '{')
		put("{", 1);
	put("}", 1);
	scim_sha256(buffer, length, digest);
}
