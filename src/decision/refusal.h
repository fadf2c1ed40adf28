/*
 * refusal.h
 *		What is told to whom a lease keeps from writing.
 */
#ifndef SCIM_DECISION_REFUSAL_H
#define SCIM_DECISION_REFUSAL_H

#include "base/compat.h"
#include "decision/lease.h"
#include "registry/registration.h"

/*
 * LEASE_HELD: others hold the resource.  By whom and what for is for who may read the
 * resource (history/rights.h); others are told no more than how long to wait.
 */
extern SCIM_NORETURN void scim_throw_lease_held(const ScimRegistration *table,
												const ScimLease *lease);

/*
 * LEASE_LOST: the lease that was named is not in force (any more), or not the caller's to
 * name.  Of which resource it was is told to who may read that, where it is known (else
 * the table is NULL).
 */
extern SCIM_NORETURN void scim_throw_lease_lost(const ScimRegistration *table, const char *tenant,
												const char *id, const pg_uuid_t *lease_id);

#endif							/* SCIM_DECISION_REFUSAL_H */
