/*
 * bulk_locks.c
 *		All that a bulk will write is locked before.
 */
#include "postgres.h"

#include "operation/bulk_locks.h"

void
scim_lock_bulk(const char *tenant, const ScimBulkTarget *targets, int count)
{
}
