/*
 * granted.h
 *		Which tenants the current role may work in: by its own grants and by those
 *		of roles that it inherits.
 *
 * The session keeps them for each role, until a grant, a role or a membership of
 * roles changes, here or in another session.  They are what is committed, and
 * what the own transaction wrote, whatever snapshot the statement has: as with
 * privileges, an old snapshot keeps nothing that was revoked since.
 */
#ifndef SCIM_STATEMENT_GRANTED_H
#define SCIM_STATEMENT_GRANTED_H

#include "postgres.h"

/*
 * May the current role work in the tenant?  What other sessions changed is known
 * from the last AcceptInvalidationMessages on.  An error does not depend on the
 * tenant.
 */
extern bool scim_is_granted(const char *tenant, size_t length);

/* The tenants that it may work in, as texts, each once; and how many there are. */
extern const Datum *scim_granted_tenants(int *count);

/* Counts up whenever a role or its memberships may have changed, and with each grant. */
extern uint64 scim_roles_generation(void);

/* When the library is loaded. */
extern void scim_init_granted(void);

#endif							/* SCIM_STATEMENT_GRANTED_H */
