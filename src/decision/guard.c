/*
 * guard.c
 *		What a lease keeps from being written.
 */
#include "postgres.h"

#include "decision/guard.h"

bool
scim_leases_bind(const ScimRegistration *table)
{
	return false;
}

void
scim_check_lease(const ScimRegistration *table, const char *tenant, const char *id)
{
}

void
scim_check_no_leases(const ScimRegistration *table)
{
}
