/*
 * instant.h
 *		Instants as columns of several types store them, the instants of a row
 *		itself (created, lastModified, deleted) among them.
 *
 * Never by the session's settings (DateStyle, TimeZone).
 */
#ifndef SCIM_COLUMN_INSTANT_H
#define SCIM_COLUMN_INSTANT_H

#include "column/type.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* How a column's value stands for an instant. */
typedef enum ScimFormat
{
	SCIM_FORMAT_PLAIN,			/* by the column's type */
	SCIM_FORMAT_EPOCH_SECONDS,	/* a number: seconds since 1970-01-01 UTC */
	SCIM_FORMAT_EPOCH_MILLISECONDS
} ScimFormat;

/* The last one that a text can tell: a microsecond before the year 10000. */
#define SCIM_LAST_INSTANT ((TimestampTz) INT64CONST(252455615999999999))

/* An instant as text, as RFC 7643 section 2.3.5 has it, in UTC; NULL of what it cannot write. */
extern char *scim_instant_text(TimestampTz instant);
extern char *scim_date_text(Datum date);

/* The instant that a column stores; false: none, or infinity. */
extern bool scim_stored_instant(const ScimValueType *type, Datum value, TimestampTz *instant);

/*
 * What a column (DATE, TIMESTAMP, TIMESTAMPTZ) stores of an instant, and of an
 * instant's text: NULL, or what it must be.
 */
extern const char *scim_store_instant(const ScimValueType *type, TimestampTz instant, Datum *value);
extern const char *scim_parse_instant_value(const ScimValueType *type, const char *text,
											Datum *value);

/* Seconds or milliseconds since 1970; false outside of what a timestamp can be. */
extern Numeric scim_epoch_number(ScimFormat format, TimestampTz instant);
extern bool scim_epoch_instant(ScimFormat format, Numeric number, TimestampTz *instant);

/*
 * An instant in a column (created, lastModified, deleted) of that base type and
 * format; false: none, or infinite.
 */
extern bool scim_column_to_instant(Oid type, ScimFormat format, Datum value, TimestampTz *instant);
extern Datum scim_column_from_instant(Oid type, ScimFormat format, TimestampTz instant);

/* The SQL condition that a row is not marked as deleted, on the expression of the mark's column. */
extern char *scim_not_deleted_sql(Oid type, const char *column);

/* Does the value, which is not NULL, of a column of that type mark a row as deleted? */
extern bool scim_is_deleted(Oid type, Datum value);

#endif							/* SCIM_COLUMN_INSTANT_H */
