/*
 * value.h
 *		Values of columns as JSON values of attributes, and back.
 *
 * Never by the session's settings (DateStyle, TimeZone, extra_float_digits):
 * a version is the same whoever computes it.
 */
#ifndef SCIM_COLUMN_VALUE_H
#define SCIM_COLUMN_VALUE_H

#include "access/tupdesc.h"
#include "column/mapped.h"

/*
 * The JSON value of a column's value (which is not NULL): a scalar, or of an
 * array and jsonb a tree.  jbvNull where it stands for none: a code without
 * value, empty text, infinity.
 */
extern JsonbValue scim_column_to_json(const ScimMappedColumn *column, Datum value);

/*
 * The column's value of a JSON value that the schema's check has passed; false
 * (NULL) of jbvNull.  INVALID_VALUE with the path, where the column cannot hold
 * the value, or would hold another one (a number that would be rounded, a time
 * of which part would be lost).
 */
extern bool scim_column_from_json(const ScimMappedColumn *column, const JsonbValue *value,
								  Datum *datum);

/*
 * The same without error, and without a domain's checks: false also where the
 * column cannot hold the value.
 */
extern bool scim_column_can_hold(const ScimMappedColumn *column, const JsonbValue *value,
								 Datum *datum);

/* The same for a comparison: without regard to case where the attribute has none. */
extern bool scim_column_could_hold(const ScimMappedColumn *column, const JsonbValue *value,
								   Datum *datum);

/* Is the column's text the JSON string, byte for byte, both ways? */
extern bool scim_column_keeps_text(const ScimMappedColumn *column);

/* Does the JSON value stand for none in the column: null, or an empty text? */
extern bool scim_is_no_value(const ScimMappedColumn *column, const JsonbValue *value);

/*
 * What stands for none in a column that takes no NULL: a code for null, an
 * empty text or array; true.  INVALID_VALUE where nothing does.
 */
extern bool scim_column_from_none(const ScimMappedColumn *column, Datum *datum);

/*
 * Is there something that stands for none, as far as the type says (a domain's
 * checks do not count)?
 */
extern bool scim_column_takes_none(const ScimMappedColumn *column);

/* Do two values of a column of the type stand for the same: are they stored the same? */
extern bool scim_same_datum(Form_pg_attribute attribute, Datum a, bool a_null, Datum b,
							bool b_null);

#endif							/* SCIM_COLUMN_VALUE_H */
