/*
 * instant.c
 *		Instants of a row itself (created, lastModified, deleted), and as numbers
 *		of seconds or milliseconds since 1970.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "column/id.h"
#include "column/type.h"
#include "column/value.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"

/* An epoch has fewer digits than this before the point. */
#define MAX_EPOCH_DIGITS 30

/* Seconds from 1970 to 2000. */
#define EPOCH_OF_POSTGRES (INT64CONST(86400) * (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE))

/* The number of seconds (milliseconds) since 1970, with what is finer as its fraction. */
Numeric
scim_epoch_number(ScimFormat format, TimestampTz instant)
{
	/* microseconds since 1970 do not overflow for any year that a dateTime can have */
	int64		microseconds = instant + EPOCH_OF_POSTGRES * USECS_PER_SEC;
	int64		unit = format == SCIM_FORMAT_EPOCH_SECONDS ? USECS_PER_SEC : 1000;

	Datum		number;

	if (microseconds % unit == 0)
		return int64_to_numeric(microseconds / unit);
	number = DirectFunctionCall2(numeric_mul, NumericGetDatum(int64_to_numeric(microseconds)),
								 NumericGetDatum(int64_div_fast_to_numeric(1, unit == 1000 ? 3 : 6)));
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

/* A column of which only the type is known. */
static ScimValueType
bare_type(Oid type)
{
	ScimMappedColumn column = {.type = type, .base_type = type, .typmod = -1};

	return *scim_value_type(&column);
}

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
	found = bare_type(type);
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
	found = bare_type(type);
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
