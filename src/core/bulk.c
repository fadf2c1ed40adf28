/*
 * bulk.c
 *		Reading a BulkRequest.
 */
#include "postgres.h"

#include "core/bulk.h"

ScimBulk *
scim_read_bulk(const ScimRules *rules, Jsonb *request, bool bare, int most)
{
	elog(ERROR, "not yet");
}

const ScimBulkFault *
scim_bulk_fault(int status, const char *scim_type, const char *format, ...)
{
	elog(ERROR, "not yet");
}
