/*
 * lease.c
 *		The operations on leases.
 */
#include "postgres.h"

#include "fmgr.h"
#include "operation/lease.h"

PG_FUNCTION_INFO_V1(scim_renew_lease);
PG_FUNCTION_INFO_V1(scim_release_lease);

Jsonb *
scim_store_acquire_lease(const char *type, const char *tenant, const char *id, int seconds,
						 const char *purpose)
{
	elog(ERROR, "not yet");
}

Jsonb *
scim_store_renew_lease(const pg_uuid_t *lease_id, int seconds)
{
	elog(ERROR, "not yet");
}

bool
scim_store_release_lease(const pg_uuid_t *lease_id)
{
	elog(ERROR, "not yet");
}

/* scim_renew_lease(lease_id, seconds) */
Datum
scim_renew_lease(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}

/* scim_release_lease(lease_id) */
Datum
scim_release_lease(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
