/*
 * inspect_registration.h
 *		Tables that belong together, and what is wrong with their registration.
 */
#ifndef SCIM_ADMIN_INSPECT_REGISTRATION_H
#define SCIM_ADMIN_INSPECT_REGISTRATION_H

#include "admin/problem.h"
#include "registry/registration.h"

/* Tables that belong together, by any of them. */
typedef struct ScimTables
{
	const ScimResourceType *type;
	Oid			rows;			/* of the resources; InvalidOid: there is none */
	Oid			members;		/* of their memberships; the same */
} ScimTables;

/*
 * The tables of a relation: registered, a partition or child of one, or with
 * the memberships of one.  NOT_REGISTERED
 */
extern ScimTables scim_tables_of(Oid relid);

/*
 * Reports what is wrong with the mapping, the indexes and the triggers of the
 * tables, with scimver's event triggers, and with grants of tenants.  The
 * registration of the rows; NULL if it cannot be read.  Within SPI.
 */
extern const ScimRegistration *scim_inspect_registration(const ScimTables *tables,
														 ScimReportProblem report, void *argument);

#endif							/* SCIM_ADMIN_INSPECT_REGISTRATION_H */
