/*
 * lease_id.c
 *		The ids of leases.
 */
#include "postgres.h"

#include "decision/lease_id.h"

void
scim_make_lease_id(const char *tenant, const char *type, const char *id, pg_uuid_t *lease_id)
{
	elog(ERROR, "not yet");
}

bool
scim_is_lease_id_of(const pg_uuid_t *lease_id, const char *tenant, const char *type, const char *id)
{
	return false;
}
