/*
 * refusal.h
 *		LEASE_HELD and LEASE_LOST: what is told of a lease to whoever is refused.
 *
 * Who may not read the resource learns only that one of the type is held, or was: who
 * is refused may not know which one it is, as a trigger writes more than was asked for.
 */
#ifndef SCIM_DECISION_REFUSAL_H
#define SCIM_DECISION_REFUSAL_H

#include "base/compat.h"
#include "decision/lease.h"
#include "registry/registration.h"

/* The resource is held by somebody else; "table" is the one of its type. */
extern SCIM_NORETURN void scim_throw_lease_held(const ScimRegistration *table,
												const ScimLease *lease);

/* That lease of it, which the caller named, is not in force any more. */
extern SCIM_NORETURN void scim_throw_lease_lost(const ScimRegistration *table, const char *tenant,
												const char *id, const pg_uuid_t *lease_id);

#endif							/* SCIM_DECISION_REFUSAL_H */
