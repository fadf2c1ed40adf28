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

#endif							/* SCIM_BASE_JSONB_NUMBER_H */
