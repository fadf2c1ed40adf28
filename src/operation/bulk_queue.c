/*
 * bulk_queue.c
 *		The queue of a tenant's bulks.
 */
#include "postgres.h"

#include "operation/bulk_queue.h"

void
scim_queue_bulk(const char *tenant)
{
}

void
scim_pass_bulks(ScimWrite *write)
{
}
