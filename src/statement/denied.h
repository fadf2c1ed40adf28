/*
 * denied.h
 *		PERMISSION_DENIED that names the columns whose privilege a role lacks.
 */
#ifndef SCIM_STATEMENT_DENIED_H
#define SCIM_STATEMENT_DENIED_H

#include "postgres.h"

#include "base/compat.h"
#include "executor/spi.h"
#include "registry/registration.h"

/*
 * Called for an error 42501, its state flushed, that a plan met which the role
 * ran: raises PERMISSION_DENIED if the role lacks a privilege that the plan
 * needs; returns if it lacks none, as where a trigger or a policy said no.
 */
extern void scim_throw_denied(SPIPlanPtr plan, Oid role);

/*
 * Called for such an error that a statement of the registration met: raises
 * PERMISSION_DENIED if the role may not look into the schema of its table, or
 * into that of memberships or groups.
 */
extern void scim_throw_no_schema(const ScimRegistration *registration, Oid role);

/* PERMISSION_DENIED: the role lacks a privilege on the table as a whole. */
extern SCIM_NORETURN void scim_throw_lacking(Oid relid, Oid role, const char *privilege);

/* The same, on columns of it: their names. */
extern SCIM_NORETURN void scim_throw_lacking_columns(Oid relid, Oid role, const char *privilege,
													 List *columns);

#endif							/* SCIM_STATEMENT_DENIED_H */
