/*
 * guard.h
 *		What leases and policies keep from being written.
 */
#ifndef SCIM_DECISION_GUARD_H
#define SCIM_DECISION_GUARD_H

#include "decision/policy_check.h"
#include "registry/registration.h"

/*
 * Is what is written to resources of the table now bound by leases and policies?  In scim_
 * calls, and all that they cause, always; in plain SQL with the option enforce, but for the table's
 * owner; never what replication brings.  (Of a row that a foreign key or a trigger of the
 * application's deletes, nobody is asked who it is, but with the option.)
 */
extern bool scim_leases_bind(const ScimRegistration *table);

/*
 * Before the resource, whose row is locked, is changed or deleted, where leases bind:
 * LEASE_HELD, if others hold it; LEASE_LOST, if the call, or the session, names a lease of
 * it, and none of these is in force.
 */
extern void scim_check_lease(const ScimRegistration *table, const char *tenant, const char *id);

/* Might that throw?  For those who only then look closer at what is written. */
extern bool scim_lease_objects(const ScimRegistration *table, const char *tenant, const char *id);

/* The same, where they bind: else nothing happens. */
extern void scim_guard_resource(const ScimRegistration *table, const char *tenant, const char *id);

/*
 * Before a resource, whose row is locked, is deleted, where they bind: that, and what its
 * policy says.
 */
extern void scim_guard_delete(const ScimRegistration *table, const char *tenant, const char *id);

/*
 * Before all resources of the table, or of a part of it, go or (their members) change at once:
 * LEASE_HELD, if others hold one that is there; and what the policies of their tenants say.
 */
extern void scim_guard_all(const ScimRegistration *table, ScimOperation operation);

#endif							/* SCIM_DECISION_GUARD_H */
