/*
 * number.h
 *		Numbers as columns of several types store them: nothing is rounded.
 */
#ifndef SCIM_COLUMN_NUMBER_H
#define SCIM_COLUMN_NUMBER_H

#include "column/type.h"
#include "utils/numeric.h"

/* A number as text, and the other way round. */
extern char *scim_number_text(Numeric number);
extern Numeric scim_read_number(const char *text);

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
