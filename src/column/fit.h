/*
 * fit.h
 *		Which SCIM type fits on which type of column.
 */
#ifndef SCIM_COLUMN_FIT_H
#define SCIM_COLUMN_FIT_H

#include "column/mapped.h"
#include "utils/jsonb.h"

/* What a value of the type is, to be said behind "must be": "a string". */
extern const char *scim_type_expects(ScimType type);

/* Is the value (not null) of the JSON type that the SCIM type has? */
extern bool scim_is_json_of(ScimType type, const JsonbValue *value);

/*
 * Why a column of that type cannot hold the attribute ("is of type money,
 * which ..."), to be said behind the column's name; NULL: it can.
 */
extern const char *scim_column_mismatch(const ScimMappedColumn *column);

#endif							/* SCIM_COLUMN_FIT_H */
