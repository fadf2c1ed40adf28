/*
 * rights.h
 *		Who may read the history of a table's resources.
 *
 * The history must not show what the table hides: it is for whoever may read all
 * that a read of a resource reads, that is, the columns of its content (a password
 * is none) and what is kept beside it, of groups also the columns of memberships.
 * Where row level security applies to the reader, scimver's own policy says which
 * tenants are shown; what other policies would hide cannot be told of what was, so
 * where there are any, nothing is shown.
 */
#ifndef SCIM_HISTORY_RIGHTS_H
#define SCIM_HISTORY_RIGHTS_H

#include "postgres.h"

#include "registry/registration.h"

/* May the current role read the history of the tenant's resources in the table? */
extern bool scim_sees_history(const ScimRegistration *table, const char *tenant);

/* PERMISSION_DENIED, which says why, or TENANT_FORBIDDEN, if it may not. */
extern void scim_check_history(const ScimRegistration *table, const char *tenant);

/*
 * Before many rows are asked about: errors of a registration that cannot be read are to
 * tell nothing of whose rows are there.
 */
extern void scim_read_registrations(void);

/*
 * What readers are shown begins behind this seq: that of the last entry by which
 * the type's table was registered anew, or another mapping took the place of what
 * was (operation "remapped", of no single resource); 0: there is none.  It is
 * what is committed, and the transaction's own, whatever snapshot the statement
 * has.
 */
extern int64 scim_history_begins(const char *tenant, const char *type);

/* The same of a registered table, looked for once: such an entry comes with a registration. */
extern int64 scim_known_begins(const ScimRegistration *table, const char *tenant);

#endif							/* SCIM_HISTORY_RIGHTS_H */
