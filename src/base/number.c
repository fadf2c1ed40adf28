/*
 * number.c
 *		Numbers as text, and the other way round: nothing is rounded.
 */
#include "postgres.h"

#include "base/number.h"
#include "utils/fmgrprotos.h"

char *
scim_number_text(Numeric number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
}

Numeric
scim_read_number(const char *text)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}
