/*
 * type.h
 *		Types of columns: what they store, as text that no setting changes, and
 *		back.
 */
#ifndef SCIM_COLUMN_TYPE_H
#define SCIM_COLUMN_TYPE_H

#include "registry/registration.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* What a type stores. */
typedef enum ScimStorage
{
	SCIM_STORAGE_UNKNOWN,
	SCIM_STORAGE_OTHER,			/* nothing that attributes are made of */
	SCIM_STORAGE_TEXT,			/* text, varchar, citext */
	SCIM_STORAGE_CHAR,			/* char(n), filled up with blanks */
	SCIM_STORAGE_NAME,
	SCIM_STORAGE_ENUM,
	SCIM_STORAGE_BOOLEAN,
	SCIM_STORAGE_INTEGER,
	SCIM_STORAGE_NUMERIC,
	SCIM_STORAGE_FLOAT,
	SCIM_STORAGE_DATE,
	SCIM_STORAGE_TIMESTAMP,		/* read as UTC */
	SCIM_STORAGE_TIMESTAMPTZ,
	SCIM_STORAGE_UUID,
	SCIM_STORAGE_ADDRESS,		/* inet, cidr */
	SCIM_STORAGE_BYTES,
	SCIM_STORAGE_JSON,
	SCIM_STORAGE_JSONB
} ScimStorage;

/* Sets of them. */
#define SCIM_STORES(storage) (1 << (storage))
#define SCIM_STORES_TEXT \
	(SCIM_STORES(SCIM_STORAGE_TEXT) | SCIM_STORES(SCIM_STORAGE_CHAR) | SCIM_STORES(SCIM_STORAGE_NAME) | SCIM_STORES(SCIM_STORAGE_ENUM))
#define SCIM_STORES_WHOLE (SCIM_STORES(SCIM_STORAGE_INTEGER) | SCIM_STORES(SCIM_STORAGE_NUMERIC))
#define SCIM_STORES_INSTANT \
	(SCIM_STORES(SCIM_STORAGE_DATE) | SCIM_STORES(SCIM_STORAGE_TIMESTAMP) | SCIM_STORES(SCIM_STORAGE_TIMESTAMPTZ))
#define SCIM_STORES_JSON (SCIM_STORES(SCIM_STORAGE_JSON) | SCIM_STORES(SCIM_STORAGE_JSONB))

static inline bool
scim_stores(const ScimValueType *type, int set)
{
	return (SCIM_STORES(type->storage) & set) != 0;
}

extern void scim_find_value_type(ScimMappedColumn *column);

/* A domain that takes no NULL, or is made of one that takes none. */
extern bool scim_is_not_null_domain(Oid type);

/* What the column's type makes of values; looked up once. */
static inline const ScimValueType *
scim_value_type(const ScimMappedColumn *column)
{
	if (unlikely(column->value.storage == SCIM_STORAGE_UNKNOWN))
		scim_find_value_type(unconstify(ScimMappedColumn *, column));
	return &column->value;
}

/* The SCIM type of the column's values: of an extension as a whole, complex. */
static inline ScimType
scim_column_scim_type(const ScimMappedColumn *column)
{
	return column->attribute ? column->attribute->type : SCIM_COMPLEX;
}

/* Is the column's JSON value an array: does it hold all values of a multi-valued attribute? */
extern bool scim_holds_values(const ScimMappedColumn *column);

/* Is each element of the column's array that part of one value: emails.value on text[]? */
extern bool scim_spreads(const ScimMappedColumn *column);

/* What a value of the type is, to be said behind "must be": "a string". */
extern const char *scim_type_expects(ScimType type);

/* Is the value (not null) of the JSON type that the SCIM type has? */
extern bool scim_is_json_of(ScimType type, const JsonbValue *value);

/*
 * Values that are to be stored: NULL, or what they must be.  Nothing is cut,
 * rounded or filled up.
 */

/* Of a text, by its type. */
extern const char *scim_parse_value(const ScimValueType *type, const char *text, Datum *value);

/* Of a number (INTEGER, NUMERIC, FLOAT), of an instant (DATE, TIMESTAMP, TIMESTAMPTZ). */
extern const char *scim_store_number(const ScimValueType *type, Numeric number, Datum *value);
extern const char *scim_store_instant(const ScimValueType *type, TimestampTz instant, Datum *value);

/* The same of their texts. */
extern const char *scim_parse_number_value(const ScimValueType *type, const char *text, Datum *value);
extern const char *scim_parse_instant_value(const ScimValueType *type, const char *text, Datum *value);

/* Values that are stored: none (NULL, false) for infinity and what JSON or RFC 7643 cannot write. */

/* As text; palloc'd. */
extern char *scim_value_text(const ScimValueType *type, Datum value);

/* As a number, as an instant. */
extern Numeric scim_stored_number(const ScimValueType *type, Datum value);
extern bool scim_stored_instant(const ScimValueType *type, Datum value, TimestampTz *instant);

/* Of a json or jsonb column: a scalar, or binary; and the other way. */
extern JsonbValue scim_stored_json(const ScimValueType *type, Datum value);
extern Datum scim_json_datum(const ScimValueType *type, const JsonbValue *value);

/* Numbers and instants as text: an instant as RFC 7643 section 2.3.5 has it, in UTC. */
extern char *scim_number_text(Numeric number);
extern char *scim_instant_text(TimestampTz instant);
extern char *scim_date_text(Datum date);

/* Seconds or milliseconds since 1970; false outside of what a timestamp can be. */
extern Numeric scim_epoch_number(ScimFormat format, TimestampTz instant);
extern bool scim_epoch_instant(ScimFormat format, Numeric number, TimestampTz *instant);

#endif							/* SCIM_COLUMN_TYPE_H */
