/*
 * hold.c
 *		Taking leases, holding on, and letting go.
 */
#include "postgres.h"

#include "decision/hold.h"

void
scim_check_lease_seconds(int seconds)
{
}

void
scim_check_lease_purpose(const char *purpose)
{
}

void
scim_take_lease(const ScimRegistration *table, const char *tenant, const char *id, int seconds,
				const char *purpose, ScimLease *lease)
{
	elog(ERROR, "not yet");
}

bool
scim_is_own_lease(const ScimLease *lease)
{
	return false;
}

bool
scim_extend_lease(ScimLease *lease, int seconds)
{
	return false;
}

bool
scim_end_lease(const ScimLease *lease)
{
	return false;
}
