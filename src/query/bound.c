/*
 * bound.c
 *		Comparing numbers and instants in mapped columns: by the nearest value
 *		that the column's type has.
 *
 * A column of days is compared with a day, one of epochs with a number of
 * seconds; where the literal lies between two of the type's values, the
 * operator makes up for it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "column/number.h"
#include "column/type.h"
#include "core/simple.h"
#include "query/bound.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* ---- literals ---- */

/* A literal as the nearest value of a column's type. */
typedef struct Bound
{
	Oid			type;
	Datum		value;
	int			side;			/* the value is below the literal (-1), the same, or above (1) */
	bool		none;			/* there is no such value: all of the type's are on that side */
} Bound;

static int
compare_numbers(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b)));
}

/* By 64 bits, which compare with fewer ones in any index. */
static void
bound_integer(Numeric number, Bound *bound)
{
	Datum		value = DirectFunctionCall1(numeric_floor, NumericGetDatum(number));
	Numeric		floor = DatumGetNumeric(value);

	bound->type = INT8OID;
	bound->side = compare_numbers(floor, number);
	if (compare_numbers(floor, int64_to_numeric(PG_INT64_MAX)) > 0)
		bound->side = -1;
	else if (compare_numbers(floor, int64_to_numeric(PG_INT64_MIN)) < 0)
		bound->side = 1;
	else
	{
		bound->value = DirectFunctionCall1(numeric_int8, NumericGetDatum(floor));
		return;
	}
	bound->none = true;
}

static void
bound_float(const ScimValueType *type, Numeric number, Bound *bound)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	Numeric		stored;

	bound->type = type->type;
	bound->value = type->type == FLOAT4OID ? Float4GetDatum(strtof(text, NULL))
		: Float8GetDatum(strtod(text, NULL));
	stored = scim_stored_number(type, bound->value);
	bound->none = stored == NULL;
	bound->side = stored ? compare_numbers(stored, number) : *text == '-' ? 1 : -1;
}

static void
bound_number(const ScimValueType *type, Numeric number, Bound *bound)
{
	memset(bound, 0, sizeof(*bound));
	if (type->storage == SCIM_STORAGE_INTEGER)
		bound_integer(number, bound);
	else if (type->storage == SCIM_STORAGE_FLOAT)
		bound_float(type, number, bound);
	else
	{
		bound->type = NUMERICOID;
		bound->value = NumericGetDatum(number);
	}
}

static void
bound_instant(const ScimMappedColumn *column, TimestampTz instant, Bound *bound)
{
	const ScimValueType *type = scim_value_type(column);
	int64		epoch = instant +
	INT64CONST(86400000000) * (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE);
	int64		days = instant / USECS_PER_DAY;

	if (column->format != SCIM_FORMAT_PLAIN)
	{
		bound_number(type,
					 int64_div_fast_to_numeric(epoch,
											   column->format == SCIM_FORMAT_EPOCH_SECONDS ? 6 : 3),
					 bound);
		return;
	}
	memset(bound, 0, sizeof(*bound));
	bound->type = type->type;
	bound->value = TimestampTzGetDatum(instant);
	if (type->storage != SCIM_STORAGE_DATE)
		return;
	days -= instant < days * USECS_PER_DAY ? 1 : 0;
	bound->value = DateADTGetDatum((DateADT) days);
	bound->side = days * USECS_PER_DAY == instant ? 0 : -1;
}

/* ---- limits ---- */

/* What values a type has that are none of the attribute: those beyond. */
typedef struct Limits
{
	const char *low;			/* an operator and what is behind it */
	const char *high;
} Limits;

static Limits
limits_of(const ScimMappedColumn *column)
{
	static const Limits none = {NULL};
	static const Limits numeric = {SQL_OP(">") "'-Infinity'::pg_catalog.numeric",
	SQL_OP("<") "'Infinity'::pg_catalog.numeric"};
	static const Limits real = {SQL_OP(">") "'-Infinity'::pg_catalog.float8",
	SQL_OP("<") "'Infinity'::pg_catalog.float8"};
	static const Limits seconds = {SQL_OP(">=") "'-62135596800'::pg_catalog.int8",
	SQL_OP("<") "'253402300800'::pg_catalog.int8"};
	static const Limits milliseconds = {SQL_OP(">=") "'-62135596800000'::pg_catalog.int8",
	SQL_OP("<") "'253402300800000'::pg_catalog.int8"};
	static const Limits dates = {SQL_OP(">=") "'0001-01-01'::pg_catalog.date",
	SQL_OP("<=") "'9999-12-31'::pg_catalog.date"};
	static const Limits timestamps = {SQL_OP(">=") "'0001-01-01 00:00:00'::pg_catalog.timestamp",
	SQL_OP("<=") "'9999-12-31 23:59:59.999999'::pg_catalog.timestamp"};
	static const Limits instants = {SQL_OP(">=") "'0001-01-01 00:00:00+00'::pg_catalog.timestamptz",
	SQL_OP("<=") "'9999-12-31 23:59:59.999999+00'::pg_catalog.timestamptz"};
	bool		is_integer = scim_value_type(column)->storage == SCIM_STORAGE_INTEGER;

	if (column->format == SCIM_FORMAT_EPOCH_SECONDS)
		return seconds;
	if (column->format == SCIM_FORMAT_EPOCH_MILLISECONDS)
		return milliseconds;
	if (is_integer)
		return none;
	switch (scim_value_type(column)->storage)
	{
		case SCIM_STORAGE_NUMERIC:
			return numeric;
		case SCIM_STORAGE_FLOAT:
			return real;
		case SCIM_STORAGE_DATE:
			return dates;
		case SCIM_STORAGE_TIMESTAMP:
			return timestamps;
		case SCIM_STORAGE_TIMESTAMPTZ:
			return instants;
		default:
			return none;
	}
}

/* ---- comparisons ---- */

static void
append_bound(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op, const Bound *bound)
{
	bool		above = op == SCIM_GT || op == SCIM_GE;

	if (scim_is_equality(op))
	{
		if (bound->side != 0)
			appendStringInfoString(&sql->text, "false");
		else
			scim_append_comparison(sql, column->value, SCIM_EQ, bound->type, bound->value);
		return;
	}
	if (bound->none)
	{
		/* all values lie on one side of the literal */
		appendStringInfoString(&sql->text, above == (bound->side > 0)
							   ? scim_bound_present_sql(column)
							   : "false");
		return;
	}
	/* the nearest value below: what is above the literal is above it, too */
	if (bound->side < 0)
		op = above ? SCIM_GT : SCIM_LE;
	else if (bound->side > 0)
		op = above ? SCIM_GE : SCIM_LT;
	scim_append_comparison(sql, column->value, op, bound->type, bound->value);
}

void
scim_compare_bound(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
				   const JsonbValue *literal)
{
	Limits		limits = limits_of(column->column);
	const char *limit = op == SCIM_GT || op == SCIM_GE ? limits.high :
		op == SCIM_LT || op == SCIM_LE ? limits.low : NULL;
	int64_t		instant;
	Bound		bound;

	if (literal->type == jbvNumeric)
		bound_number(scim_value_type(column->column), literal->val.numeric, &bound);
	else if (scim_read_datetime(literal->val.string.val, literal->val.string.len, &instant))
		bound_instant(column->column, instant, &bound);
	else
	{
		appendStringInfoString(&sql->text, "false");
		return;
	}
	append_bound(sql, column, op, &bound);
	if (limit)
		appendStringInfo(&sql->text, " AND %s%s", column->value, limit);
}

char *
scim_bound_present_sql(const ScimColumnSql *column)
{
	Limits		limits = limits_of(column->column);

	if (limits.low == NULL)
		return psprintf("(%s IS NOT NULL)", column->value);
	return psprintf("((%s%s AND %s%s) IS TRUE)", column->value, limits.low, column->value,
					limits.high);
}

bool
scim_is_bounded(const ScimColumnSql *column)
{
	return limits_of(column->column).low != NULL;
}
