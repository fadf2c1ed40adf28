/*
 * lease.h
 *		The operations on leases.
 */
#ifndef SCIM_OPERATION_LEASE_H
#define SCIM_OPERATION_LEASE_H

#include "postgres.h"

#include "decision/lease.h"
#include "utils/jsonb.h"

#define SCIM_DEFAULT_LEASE_SECONDS 60

/*
 * Holds the resource for so many seconds: its row is locked first, so that a write under
 * way ends before.  {"lease_id", "expires_at", "version"}: the version is the one that
 * it has under that lock.  NOT_FOUND, PERMISSION_DENIED, LEASE_HELD, INVALID_VALUE.
 */
extern Jsonb *scim_store_acquire_lease(const char *type, const char *tenant, const char *id,
									   int seconds, const char *purpose);

/* The same, of a lease that is in force and the caller's; LEASE_LOST, INVALID_VALUE. */
extern Jsonb *scim_store_renew_lease(const pg_uuid_t *lease_id, int seconds);

/* Ends it; false: it was not in force (any more), or is none of the caller's. */
extern bool scim_store_release_lease(const pg_uuid_t *lease_id);

#endif							/* SCIM_OPERATION_LEASE_H */
