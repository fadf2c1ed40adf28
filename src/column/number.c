/*
 * number.c
 *		Numbers as columns of several types store them: nothing is
 *		rounded, and no setting has a say.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "column/id.h"
#include "column/number.h"
#include "common/shortest_dec.h"
#include "utils/fmgrprotos.h"

/* A number of a resource has no more digits than this. */
#define MAX_DIGITS 400

static int64
stored_integer(const ScimValueType *type, Datum value)
{
	return type->length == sizeof(int16) ? DatumGetInt16(value) :
		type->length == sizeof(int32) ? DatumGetInt32(value) : DatumGetInt64(value);
}

/* The shortest text that reads as the same number, whatever extra_float_digits says. */
static char *
float_text(const ScimValueType *type, Datum value)
{
	char	   *text = palloc(DOUBLE_SHORTEST_DECIMAL_LEN);

	if (type->type == FLOAT4OID)
		float_to_shortest_decimal_buf(DatumGetFloat4(value), text);
	else
		double_to_shortest_decimal_buf(DatumGetFloat8(value), text);
	return text;
}

static bool
is_finite(const ScimValueType *type, Datum value)
{
	double		number = type->type == FLOAT4OID ? DatumGetFloat4(value) : DatumGetFloat8(value);

	return !isnan(number) && !isinf(number);
}

Numeric
scim_stored_number(const ScimValueType *type, Datum value)
{
	Numeric		number;

	if (type->storage == SCIM_STORAGE_INTEGER)
		return int64_to_numeric(stored_integer(type, value));
	if (type->storage == SCIM_STORAGE_FLOAT)
		return is_finite(type, value) ? scim_read_number(float_text(type, value)) : NULL;
	number = DatumGetNumeric(value);
	return numeric_is_nan(number) || numeric_is_inf(number) ? NULL : number;
}

static const char *
store_float(const ScimValueType *type, Numeric number, Datum *value)
{
	char	   *text = scim_number_text(number);
	Numeric		stored;

	*value = type->type == FLOAT4OID ? Float4GetDatum(strtof(text, NULL))
		: Float8GetDatum(strtod(text, NULL));
	if (is_finite(type, *value))
	{
		stored = scim_read_number(float_text(type, *value));
		if (DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(stored),
											 NumericGetDatum(number))))
			return NULL;
	}
	return "a number that needs no rounding";
}

/*
 * numeric(precision, scale): no digit may stand left of the first place, or
 * right of the last one.
 */
static const char *
check_precision(const ScimValueType *type, const char *text)
{
	int			modifier = type->typmod - (int32) VARHDRSZ;
	int			precision = (modifier >> 16) & 0xffff;

	/* as numeric.c has it; below 0 since version 15 */
	int			scale = ((modifier & 0x7ff) ^ 1024) - 1024;
	const char *point;
	int			place;

	if (type->typmod < (int32) VARHDRSZ)
		return NULL;
	text += *text == '-';
	point = strchr(text, '.');
	place = point ? point - text : (int) strlen(text);
	for (const char *p = text; *p; p++)
	{
		if (*p == '.')
			continue;
		place--;				/* of 10 to the power of "place" */
		if (*p == '0')
			continue;
		if (place >= precision - scale)
			return psprintf("smaller than 10 to the power of %d", precision - scale);
		if (place < -scale)
			return scale > 0 ? psprintf("a number of at most %d decimal places", scale) :
				psprintf("a multiple of 10 to the power of %d", -scale);
	}
	return NULL;
}

/* 12 and 12.0, but not 12.5. */
static const char *
store_integer(const ScimValueType *type, const char *text, Datum *value)
{
	const ScimIdType *integer = scim_id_type(type->type);
	const char *point = strchr(text, '.');

	if (point && point[1 + strspn(point + 1, "0")] != '\0')
		return "a whole number";
	if (point)
		text = pnstrdup(text, point - text);
	return scim_parse_id(integer, text, value) ? NULL
		: "within the range of whole numbers of its column";
}

const char *
scim_store_number(const ScimValueType *type, Numeric number, Datum *value)
{
	const char *problem;

	switch (type->storage)
	{
		case SCIM_STORAGE_INTEGER:
			return store_integer(type, scim_number_text(number), value);
		case SCIM_STORAGE_FLOAT:
			return store_float(type, number, value);
		default:
			problem = check_precision(type, scim_number_text(number));
			if (!problem)
				*value = DirectFunctionCall2(numeric, NumericGetDatum(number),
											 Int32GetDatum(type->typmod));
			return problem;
	}
}

/* Digits, with a point and a sign: what numeric_out writes of a number. */
static bool
is_plain_number(const char *text)
{
	static const char digits[] = "0123456789";
	int			whole;
	int			places = 0;

	text += *text == '-';
	whole = strspn(text, digits);
	text += whole;
	if (*text == '.')
	{
		places = strspn(text + 1, digits);
		text += 1 + places;
		if (places == 0)
			return false;
	}
	return whole > 0 && whole + places <= MAX_DIGITS && *text == '\0';
}

const char *
scim_parse_number_value(const ScimValueType *type, const char *text, Datum *value)
{
	return is_plain_number(text) ? scim_store_number(type, scim_read_number(text), value)
		: "a decimal number";
}
