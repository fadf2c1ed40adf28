/*
 * changes.c
 *		What was changed since, page by page.
 */
#include "postgres.h"

#include "operation/changes.h"

Jsonb *
scim_store_changes(const char *cursor, int count, const char *resource_type, const char *tenant)
{
	elog(ERROR, "not yet");
}
