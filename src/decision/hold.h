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
#define SCIM_MOST_LEASE_PURPOSE 200

/* INVALID_VALUE (path seconds), if it is none of 1 to scimver.max_lease. */
extern void scim_check_lease_seconds(int seconds);

/* INVALID_VALUE (path purpose), if it is too long, or holds control characters. */
extern void scim_check_lease_purpose(const char *purpose);

/* Takes a lease in the name of who acts; LEASE_HELD. */
extern void scim_take_lease(const ScimRegistration *table, const char *tenant, const char *id,
							int seconds, const char *purpose, ScimLease *lease);

/* Has who acts the role that took it?  He holds it, if he names it as well. */
extern bool scim_is_own_lease(const ScimLease *lease);

/*
 * The lease that was found is read again, as it is now; if it is in force, and that of who
 * acts, it lasts so many seconds from now.  False: it is not.
 */
extern bool scim_extend_lease(ScimLease *lease, int seconds);

/* The same, and ends it; false: it was not in force. */
extern bool scim_end_lease(ScimLease *lease);

#endif							/* SCIM_DECISION_HOLD_H */
