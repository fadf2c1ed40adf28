/*
 * refill.h
 *		Writing into rows what they should hold: versions, first revisions, and
 *		groups' counts and digests.
 */
#ifndef SCIM_TRIGGER_REFILL_H
#define SCIM_TRIGGER_REFILL_H

#include "registry/registration.h"

/* What became of a batch of rows. */
typedef struct ScimRefill
{
	uint64		written;
	uint64		kept;			/* their own triggers kept them from being written */
} ScimRefill;

/*
 * Locks the rows with the keys (arrays of tenants and ids, see
 * scim_stored_keys), in the order in which all lock, and writes what is wrong
 * or missing in them; revision, created and lastModified stay.  Row triggers
 * fire, as session_replication_role says; what is written is right with ours
 * and without.  Within SPI.  Errors: of the rows' content, constraints, triggers.
 */
extern void scim_refill_rows(const ScimRegistration *registration, Datum keys[2],
							 ScimRefill *result);

/*
 * The same for all rows of a created table whose document is an object, by one
 * UPDATE, whatever version they have: for a table that nobody else writes to.
 * Returns how many were written; those that it left are the triggers' or rules'.
 * Within SPI.
 */
#define SCIM_HAS_DOCUMENT "pg_catalog.jsonb_typeof(r.{data}) OPERATOR(pg_catalog.=) 'object'"
extern uint64 scim_refill_table(const ScimRegistration *registration);

#endif							/* SCIM_TRIGGER_REFILL_H */
