/*
 * hold.h
 *		Taking leases, holding on, and letting go.
 *
 * Whoever does one of these has locked the row of the resource before, so that all
 * come to the row of the lease one by one, and in one order.  Within SPI; the table is
 * written as its owner.
 */
#ifndef SCIM_DECISION_HOLD_H
#define SCIM_DECISION_HOLD_H

#include "decision/lease.h"
#include "registry/registration.h"

/* How long a purpose may be, in characters. */
#define SCIM_LEASE_PURPOSE 200

/* INVALID_VALUE (path seconds), if it is none of 1 to scimver.max_lease. */
extern void scim_check_lease_seconds(int seconds);

/* INVALID_VALUE (path purpose), if it is too long, or holds control characters. */
extern void scim_check_lease_purpose(const char *purpose);

/* Takes a lease in the name of who acts; LEASE_HELD. */
extern void scim_take_lease(const ScimRegistration *table, const char *tenant, const char *id,
							int seconds, const char *purpose, ScimLease *lease);

/* Is the lease that of who acts, if he names it? */
extern bool scim_is_own_lease(const ScimLease *lease);

/* For so many seconds from now; false: it is not in force any more, or not his. */
extern bool scim_extend_lease(ScimLease *lease, int seconds);

/* Ends it; false: it was not in force, or is not his. */
extern bool scim_end_lease(const ScimLease *lease);

#endif							/* SCIM_DECISION_HOLD_H */
