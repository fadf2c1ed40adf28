/*
 * json.h
 *		Columns of json and jsonb.
 */
#ifndef SCIM_COLUMN_JSON_H
#define SCIM_COLUMN_JSON_H

#include "column/type.h"
#include "utils/jsonb.h"

/* The JSON value of a column's: a scalar, or binary; jbvNull of what stands for none. */
extern JsonbValue scim_stored_json(const ScimValueType *type, Datum value);

/* The column's value of a JSON value. */
extern Datum scim_json_datum(const ScimValueType *type, const JsonbValue *value);

#endif							/* SCIM_COLUMN_JSON_H */
