/*
 * number.h
 *		Numbers as columns of several types store them: nothing is rounded.
 */
#ifndef SCIM_COLUMN_NUMBER_H
#define SCIM_COLUMN_NUMBER_H

#include "base/number.h"
#include "column/type.h"

/* The number that a column stores; NULL: none, or infinity, which JSON cannot write. */
extern Numeric scim_stored_number(const ScimValueType *type, Datum value);

/*
 * What a column (INTEGER, NUMERIC, FLOAT) stores of a number, and of a number's
 * text: NULL, or what it must be.
 */
extern const char *scim_store_number(const ScimValueType *type, Numeric number, Datum *value);
extern const char *scim_parse_number_value(const ScimValueType *type, const char *text,
										   Datum *value);

#endif							/* SCIM_COLUMN_NUMBER_H */
