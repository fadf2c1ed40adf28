/*
 * place.h
 *		The table of leases: where it is, and what it was made of.
 */
#ifndef SCIM_DECISION_PLACE_H
#define SCIM_DECISION_PLACE_H

#include "postgres.h"

#include "storage/lockdefs.h"
#include "utils/relcache.h"

/* Its columns, in their order. */
enum
{
	SCIM_LEASE_TENANT,
	SCIM_LEASE_TYPE,
	SCIM_LEASE_RESOURCE,
	SCIM_LEASE_ID,
	SCIM_LEASE_ACTOR,
	SCIM_LEASE_PRINCIPAL,
	SCIM_LEASE_AGENT,
	SCIM_LEASE_PURPOSE,
	SCIM_LEASE_ACQUIRED_AT,
	SCIM_LEASE_EXPIRES_AT,
	SCIM_LEASE_COLUMNS
};

extern const Oid scim_lease_column_types[SCIM_LEASE_COLUMNS];

/* The indexes by which rows are looked for. */
typedef enum ScimLeaseIndex
{
	SCIM_LEASES_BY_RESOURCE,	/* tenant_id, resource_type, resource_id */
	SCIM_LEASES_BY_ID			/* lease_id */
} ScimLeaseIndex;

#define SCIM_LEASE_INDEXES (SCIM_LEASES_BY_ID + 1)

/* InvalidOid: the extension is older than leases. */
extern Oid	scim_leases_table(void);

/* Opens it, to be read; NULL: there is none.  An error, if its columns are others. */
extern Relation scim_open_leases(void);

/* One of its indexes; an error that says how to make it, if it is gone. */
extern Oid	scim_leases_index(Relation table, ScimLeaseIndex which);

#endif							/* SCIM_DECISION_PLACE_H */
