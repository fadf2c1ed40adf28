/*
 * lease.c
 *		Leases as they are read.
 */
#include "postgres.h"

#include "decision/lease.h"

bool
scim_find_lease(const char *tenant, const char *type, const char *id, ScimLease *lease)
{
	return false;
}

bool
scim_find_lease_of_type(const char *type, ScimLease *lease)
{
	return false;
}

bool
scim_find_lease_by_id(const pg_uuid_t *lease_id, ScimLease *lease)
{
	return false;
}

bool
scim_lease_is_in_force(const ScimLease *lease)
{
	return false;
}

const char *
scim_lease_holder(const ScimLease *lease)
{
	return lease->agent ? lease->agent : lease->actor;
}
