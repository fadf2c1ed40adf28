/*
 * rights.c
 *		Who may see who holds what.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_may_read_lease);

/* scim_may_read_lease(tenant_id, resource_type): what scim_leases_held asks. */
Datum
scim_may_read_lease(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(false);
}
