/*
 * instant.c
 *		Instants as columns of several types store them, and as numbers of seconds
 *		or milliseconds since 1970; the instants of a row itself.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "column/id.h"
#include "column/instant.h"
#include "column/number.h"
#include "common/int.h"
#include "core/simple.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/* An epoch has fewer digits than this before the point. */
#define MAX_EPOCH_DIGITS 30

/* Seconds from 1970 to 2000. */
#define EPOCH_OF_POSTGRES (INT64CONST(86400) * (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE))

/* ---- dates and times ---- */

char *
scim_date_text(Datum value)
{
	DateADT		date = DatumGetDateADT(value);
	int			year;
	int			month;
	int			day;

	if (DATE_NOT_FINITE(date))
		return NULL;
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return year < 1 || year > 9999 ? NULL : psprintf("%04d-%02d-%02d", year, month, day);
}

char *
scim_instant_text(TimestampTz instant)
{
	struct pg_tm tm;
	fsec_t		fraction;
	char	   *text;
	int			length;

	if (TIMESTAMP_NOT_FINITE(instant) ||
		timestamp2tm(instant, NULL, &tm, &fraction, NULL, NULL) != 0 || tm.tm_year < 1 ||
		tm.tm_year > 9999)
		return NULL;
	text = psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year, tm.tm_mon, tm.tm_mday,
					tm.tm_hour, tm.tm_min, tm.tm_sec, (int) fraction);
	/* of the fraction what is needed */
	length = strlen(text) - 1;
	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	text[length] = 'Z';
	text[length + 1] = '\0';
	return text;
}

bool
scim_stored_instant(const ScimValueType *type, Datum value, TimestampTz *instant)
{
	DateADT		date;

	if (type->storage != SCIM_STORAGE_DATE)
	{
		*instant = DatumGetTimestampTz(value);
		return !TIMESTAMP_NOT_FINITE(*instant);
	}
	date = DatumGetDateADT(value);
	/* a date may lie where no timestamp does */
	if (DATE_NOT_FINITE(date) || date < DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE ||
		date >= TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE)
		return false;
	*instant = date * USECS_PER_DAY;
	return true;
}

const char *
scim_store_instant(const ScimValueType *type, TimestampTz instant, Datum *value)
{
	int64		unit = 1;

	if (scim_instant_text(instant) == NULL)
		return "in one of the years 1 to 9999";
	if (type->storage == SCIM_STORAGE_DATE)
	{
		int64		days = instant / USECS_PER_DAY;

		*value = DateADTGetDatum((DateADT) days);
		return days * USECS_PER_DAY == instant ? NULL : "midnight in UTC";
	}
	for (int i = type->typmod; i >= 0 && i < MAX_TIMESTAMP_PRECISION; i++)
		unit *= 10;
	*value = TimestampTzGetDatum(instant);
	if (instant % unit == 0)
		return NULL;
	return type->typmod == 0 ? "a time in whole seconds" :
		psprintf("a time with at most %d decimal places of a second", type->typmod);
}

/* "2008-01-23" */
static bool
parse_date(const char *text, Datum *value)
{
	char	   *midnight = psprintf("%sT00:00:00Z", text);
	int64_t		instant;

	if (strlen(text) != 10 || !scim_read_datetime(midnight, strlen(midnight), &instant))
		return false;
	*value = DateADTGetDatum((DateADT) (instant / USECS_PER_DAY));
	return true;
}

const char *
scim_parse_instant_value(const ScimValueType *type, const char *text, Datum *value)
{
	int64_t		instant;

	if (type->storage == SCIM_STORAGE_DATE)
		return parse_date(text, value) ? NULL : "a date such as 2008-01-23";
	if (!scim_read_datetime(text, strlen(text), &instant))
		return "a date and time such as 2008-01-23T04:56:22Z";
	return scim_store_instant(type, instant, value);
}

/* ---- seconds and milliseconds since 1970 ---- */

/* The number of seconds (milliseconds) since 1970, with what is finer as its fraction. */
Numeric
scim_epoch_number(ScimFormat format, TimestampTz instant)
{
	/* microseconds since 1970 do not overflow for any year that a dateTime can have */
	int64		microseconds = instant + EPOCH_OF_POSTGRES * USECS_PER_SEC;
	int64		unit = format == SCIM_FORMAT_EPOCH_SECONDS ? USECS_PER_SEC : 1000;

	Numeric		one;
	Datum		number;

	if (microseconds % unit == 0)
		return int64_to_numeric(microseconds / unit);
	one = int64_div_fast_to_numeric(1, unit == 1000 ? 3 : 6);
	number = DirectFunctionCall2(numeric_mul,
								 NumericGetDatum(int64_to_numeric(microseconds)),
								 NumericGetDatum(one));
	return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, number));
}

/* False outside of what a timestamp can be, and between two microseconds. */
bool
scim_epoch_instant(ScimFormat format, Numeric number, TimestampTz *instant)
{
	Numeric		unit = int64_to_numeric(format == SCIM_FORMAT_EPOCH_SECONDS ? USECS_PER_SEC : 1000);
	Datum		microseconds;
	char	   *text;
	Datum		value;

	/* far beyond any instant, the product might be none */
	if (strcspn(scim_number_text(number), ".") > MAX_EPOCH_DIGITS)
		return false;
	microseconds = DirectFunctionCall2(numeric_mul, NumericGetDatum(number), NumericGetDatum(unit));
	text = scim_number_text(DatumGetNumeric(DirectFunctionCall1(numeric_floor, microseconds)));
	if (!scim_parse_id(scim_id_type(INT8OID), text, &value) ||
		pg_sub_s64_overflow(DatumGetInt64(value), EPOCH_OF_POSTGRES * USECS_PER_SEC, instant))
		return false;
	return IS_VALID_TIMESTAMP(*instant);
}

/* ---- the instants of a row ---- */

bool
scim_column_to_instant(Oid type, ScimFormat format, Datum value, TimestampTz *instant)
{
	ScimValueType found;
	Numeric		number;

	if (type == TIMESTAMPTZOID || type == TIMESTAMPOID)
	{
		*instant = DatumGetTimestampTz(value);
		return !TIMESTAMP_NOT_FINITE(*instant);
	}
	scim_find_value_type(type, -1, &found);
	if (scim_stores(&found, SCIM_STORES_INSTANT))
		return scim_stored_instant(&found, value, instant);
	if (format == SCIM_FORMAT_PLAIN)
		return false;
	number = scim_stored_number(&found, value);
	return number && scim_epoch_instant(format, number, instant);
}

/* What the type cannot hold of it is cut off: the time of a date, milliseconds of seconds. */
Datum
scim_column_from_instant(Oid type, ScimFormat format, TimestampTz instant)
{
	ScimValueType found;
	int64		unit = format == SCIM_FORMAT_EPOCH_SECONDS ? USECS_PER_SEC : 1000;
	int64		rest;
	Datum		value;

	if (type == TIMESTAMPTZOID || type == TIMESTAMPOID)
		return TimestampTzGetDatum(instant);
	if (type == BOOLOID)
		return BoolGetDatum(true);
	scim_find_value_type(type, -1, &found);
	if (found.storage == SCIM_STORAGE_DATE)
		unit = USECS_PER_DAY;
	rest = instant % unit;
	instant -= rest < 0 ? rest + unit : rest;
	if (found.storage == SCIM_STORAGE_DATE)
		return DateADTGetDatum((DateADT) (instant / unit));
	if (scim_store_number(&found, scim_epoch_number(format, instant), &value) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the instant is out of range of type %s", format_type_be(type))));
	return value;
}

char *
scim_not_deleted_sql(Oid type, const char *column)
{
	switch (type)
	{
		case BOOLOID:
			return psprintf("%s IS NOT TRUE", column);
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
			return psprintf("(%s IS NULL OR %s OPERATOR(pg_catalog.=) 0)", column, column);
		default:
			return psprintf("%s IS NULL", column);
	}
}

bool
scim_is_deleted(Oid type, Datum value)
{
	switch (type)
	{
		case BOOLOID:
			return DatumGetBool(value);
		case INT2OID:
			return DatumGetInt16(value) != 0;
		case INT4OID:
			return DatumGetInt32(value) != 0;
		case INT8OID:
			return DatumGetInt64(value) != 0;
		case NUMERICOID:
			return !DatumGetBool(DirectFunctionCall2(numeric_eq, value,
													 NumericGetDatum(int64_to_numeric(0))));
		default:
			return true;
	}
}
