/*
 * lease.h
 *		Leases as they are read: by the index, and without a statement, as each write of
 *		each resource asks.
 *
 * What is read is what is committed now, and the transaction's own, whatever snapshot
 * the statement has: under the lock of the resource's row no other transaction can
 * change its lease.  Time is the clock's, as a transaction may last longer than a lease.
 */
#ifndef SCIM_DECISION_LEASE_H
#define SCIM_DECISION_LEASE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/uuid.h"

typedef struct ScimLease
{
	char	   *tenant;
	char	   *type;
	char	   *id;				/* of the resource */
	pg_uuid_t	lease_id;
	char	   *actor;			/* the role that took it */
	char	   *principal;		/* who had entered by a token; NULL: nobody */
	char	   *agent;			/* NULL: none */
	char	   *purpose;		/* NULL: none */
	TimestampTz expires_at;
} ScimLease;

/* The lease of the resource that is in force; false: there is none.  Palloc'd. */
extern bool scim_find_lease(const char *tenant, const char *type, const char *id,
							ScimLease *lease);

/* Does it count?  "argument" is the caller's. */
typedef bool (*ScimLeaseTest) (const ScimLease *lease, const void *argument);

/* Is any resource of the type held, in whatever tenant, by a lease that counts?  One, if so. */
extern bool scim_find_lease_of_type(const char *type, ScimLeaseTest counts, const void *argument,
									ScimLease *lease);

/* The lease of that id, which need not be in force; false: there is none (any more). */
extern bool scim_find_lease_by_id(const pg_uuid_t *lease_id, ScimLease *lease);

/* By the clock. */
extern bool scim_lease_is_in_force(const ScimLease *lease);

/* Who holds it, as others are told: the agent, else the principal, or else the role. */
extern const char *scim_lease_holder(const ScimLease *lease);

#endif							/* SCIM_DECISION_LEASE_H */
