/*
 * grants.h
 *		The privileges on registered tables that go with a tenant.
 */
#ifndef SCIM_ADMIN_GRANTS_H
#define SCIM_ADMIN_GRANTS_H

#include "admin/problem.h"

/*
 * Gives all roles that a tenant was granted to the privileges on the caller's
 * created tables.  Within SPI.
 */
extern void scim_grant_tables_to_all(void);

/* Reports grants to roles that are gone, as far as the caller sees grants.  Within SPI. */
extern void scim_inspect_grants(ScimReportProblem report, void *argument);

#endif							/* SCIM_ADMIN_GRANTS_H */
