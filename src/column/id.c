/*
 * id.c
 *		Ids as clients give them, and as columns hold them.
 *
 * The input functions of types raise errors, and those of numbers take more
 * spellings (blanks, a plus sign); an id that does not look like one simply is
 * nobody's.
 */
#include "postgres.h"

#include "base/uuids.h"
#include "catalog/pg_type.h"
#include "column/id.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* A number as int8out writes it, within the range of so many bytes. */
static bool
parse_integer(const char *text, int size, int64 *number)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	uint64		most = (UINT64CONST(1) << (8 * size - 1)) - (digits == text ? 1 : 0);
	uint64		value = 0;

	if (digits[0] == '\0' || (digits[0] == '0' && (digits[1] != '\0' || digits > text)))
		return false;
	for (const char *p = digits; *p; p++)
	{
		if (*p < '0' || *p > '9' || value > (most - (*p - '0')) / 10)
			return false;
		value = value * 10 + (*p - '0');
	}
	*number = digits > text ? (int64) (0 - value) : (int64) value;
	return true;
}

/* ---- the one spelling of an id ---- */

static char *
spell_text(const char *text)
{
	return pstrdup(text);
}

static char *
spell_uuid(const char *text)
{
	pg_uuid_t	id;

	return scim_parse_uuid(text, &id) ? scim_uuid_text(&id) : NULL;
}

static char *
spell_integer(const char *text, int size)
{
	int64		number;

	return parse_integer(text, size, &number) ? pstrdup(text) : NULL;
}

static char *
spell_int2(const char *text)
{
	return spell_integer(text, sizeof(int16));
}

static char *
spell_int4(const char *text)
{
	return spell_integer(text, sizeof(int32));
}

static char *
spell_int8(const char *text)
{
	return spell_integer(text, sizeof(int64));
}

/* ---- types ---- */

static const ScimIdType types[] = {
	{INT2OID, INT2ARRAYOID, sizeof(int16), true, TYPALIGN_SHORT, spell_int2},
	{INT4OID, INT4ARRAYOID, sizeof(int32), true, TYPALIGN_INT, spell_int4},
	{INT8OID, INT8ARRAYOID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, spell_int8},
	{UUIDOID, UUIDARRAYOID, sizeof(pg_uuid_t), false, TYPALIGN_CHAR, spell_uuid},
	{TEXTOID, TEXTARRAYOID, -1, false, TYPALIGN_INT, spell_text},
};

const ScimIdType *
scim_id_type(Oid type)
{
	Oid			base = getBaseType(type);

	if (base == VARCHAROID)
		base = TEXTOID;
	for (size_t i = 0; i < lengthof(types); i++)
	{
		if (types[i].type == base)
			return &types[i];
	}
	return NULL;
}

/* ---- values ---- */

bool
scim_parse_id(const ScimIdType *type, const char *text, Datum *id)
{
	int64		number;
	pg_uuid_t  *uuid;

	switch (type->type)
	{
		case TEXTOID:
			*id = CStringGetTextDatum(text);
			return true;
		case UUIDOID:
			uuid = palloc(sizeof(pg_uuid_t));
			*id = UUIDPGetDatum(uuid);
			return scim_parse_uuid(text, uuid);
		default:
			if (!parse_integer(text, type->length, &number))
				return false;
			*id = type->type == INT2OID ? Int16GetDatum((int16) number) :
				type->type == INT4OID ? Int32GetDatum((int32) number) : Int64GetDatum(number);
			return true;
	}
}

/* Once per id that is shown: printf would take ten times as long. */
static char *
integer_text(int64 number)
{
	char	   *text = palloc(sizeof("-9223372036854775808"));

	pg_lltoa(number, text);
	return text;
}

char *
scim_id_text(const ScimIdType *type, Datum id)
{
	switch (type->type)
	{
		case TEXTOID:
			return TextDatumGetCString(id);
		case UUIDOID:
			return scim_uuid_text(DatumGetUUIDP(id));
		case INT2OID:
			return integer_text(DatumGetInt16(id));
		case INT4OID:
			return integer_text(DatumGetInt32(id));
		default:
			return integer_text(DatumGetInt64(id));
	}
}

bool
scim_is_id(const ScimIdType *type, const char *text)
{
	Datum		id;

	return scim_parse_id(type, text, &id) && strcmp(scim_id_text(type, id), text) == 0;
}

char *
scim_id_part(const ScimIdType *type, const char *part)
{
	char	   *result = pstrdup(part);

	for (char *c = result; type->type == UUIDOID && *c; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return result;
}

int
scim_compare_ids(const ScimIdType *type, const char *a, const char *b)
{
	bool		a_negative = a[0] == '-';
	int			order;

	if (type->type == TEXTOID || type->type == UUIDOID)
		return strcmp(a, b);
	if (a_negative != (b[0] == '-'))
		return a_negative ? -1 : 1;
	/* without leading zeros the longer number is the larger */
	order = (int) strlen(a) - (int) strlen(b);
	if (order == 0)
		order = strcmp(a, b);
	return a_negative ? -order : order;
}

Datum
scim_id_array(const ScimIdType *type, Datum *ids, int count)
{
	return PointerGetDatum(construct_array(ids, count, type->type, type->length,
										   type->by_value, type->align));
}
