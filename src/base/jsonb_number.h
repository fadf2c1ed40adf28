/*
 * jsonb_number.h
 *		Whole numbers in jsonb.
 */
#ifndef SCIM_BASE_JSONB_NUMBER_H
#define SCIM_BASE_JSONB_NUMBER_H

#include "postgres.h"

#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

/* A number as a whole one, rounded; 22003 if 64 bits do not hold it. */
static inline int64
scim_number_integer(const JsonbValue *number)
{
	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 NumericGetDatum(number->val.numeric)));
}

/*
 * Is the value a whole number?  By value, as JSON Schema sees it: 20.0 is one, 20.5 is not.
 * What no int64 holds is the nearest that one does.
 */
static inline bool
scim_is_whole_number(const JsonbValue *value, int64 *result)
{
	char	   *digits;
	char	   *end;

	if (value->type != jbvNumeric)
		return false;
	digits = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	*result = strtoll(digits, &end, 10);
	if (*end == '.')
		end += 1 + strspn(end + 1, "0");
	return *end == '\0';
}

#endif							/* SCIM_BASE_JSONB_NUMBER_H */
