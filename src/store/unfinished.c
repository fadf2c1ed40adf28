/*
 * unfinished.c
 *		Goes with the commit that brings column_value.c and mapped.c.
 */
#include "postgres.h"

#include "store/column_value.h"
#include "store/mapped.h"

bool
scim_column_to_instant(Oid type, ScimFormat format, Datum value, TimestampTz *instant)
{
	*instant = DatumGetTimestampTz(value);
	return !TIMESTAMP_NOT_FINITE(*instant);
}

char *
scim_not_deleted_sql(Oid type, const char *column)
{
	elog(ERROR, "not yet");
}

Jsonb *
scim_join_columns(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns)
{
	elog(ERROR, "not yet");
}

void
scim_show_columns(const ScimRegistration *registration, JsonbValue *resource, const ScimColumnValues *columns)
{
	elog(ERROR, "not yet");
}
