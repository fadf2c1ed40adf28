/*
 * parameters.h
 *		Parameters of statements: a tenant and an id, as the table's columns have them.
 */
#ifndef SCIM_STATEMENT_PARAMETERS_H
#define SCIM_STATEMENT_PARAMETERS_H

#include "postgres.h"

#include "base/compat.h"
#include "registry/registration.h"

/*
 * The parameters TENANT (TENANT_FORBIDDEN if the table cannot hold it) and ID
 * (the text of an id) of statements.
 */
extern Datum scim_tenant_datum(const ScimRegistration *registration, const char *tenant);
extern Datum scim_id_datum(const ScimRegistration *registration, const char *id);

/* The type of the parameter TENANT. */
extern Oid	scim_tenant_parameter(const ScimRegistration *registration);

/*
 * Is the parameter TENANT the one tenant that all rows of the table are in?  As SQL
 * in place of the parameter, its conditions are true before the statement runs.
 */
extern bool scim_is_own_tenant(const ScimRegistration *registration, Datum tenant);
extern char *scim_own_tenant_sql(const ScimRegistration *registration);

/* TENANT_FORBIDDEN: the table has no such tenant. */
extern SCIM_NORETURN void scim_throw_other_tenant(const ScimRegistration *registration,
												  const char *tenant);

#endif							/* SCIM_STATEMENT_PARAMETERS_H */
