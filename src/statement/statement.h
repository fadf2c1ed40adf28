/*
 * statement.h
 *		A statement that scimver runs, and running it.
 *
 * Each stands as a constant in the room that runs it.  Its address is the key
 * of its plan, which is made once per role and table.  How to add one:
 * docs/adding.md.
 */
#ifndef SCIM_STATEMENT_STATEMENT_H
#define SCIM_STATEMENT_STATEMENT_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "registry/registration.h"
#include "statement/text.h"

/*
 * The types of parameters that are those of columns: of the table at hand, or of
 * the membership table (whose ids are those of groups).  Others have an OID.
 */
typedef enum ScimParameterType
{
	SCIM_TENANT_PARAMETER = 1,
	SCIM_ID_PARAMETER,
	SCIM_IDS_PARAMETER,			/* an array of them */
	SCIM_MEMBER_PARAMETER,		/* an id of a member; the table at hand is that of memberships */
	SCIM_MEMBERS_PARAMETER,
	SCIM_MEMBERS_TENANT_PARAMETER,	/* the tenant, as the membership table has it */
	SCIM_GROUP_ID_PARAMETER,
	SCIM_GROUP_IDS_PARAMETER
} ScimParameterType;

#define SCIM_MOST_PARAMETERS 5

typedef struct ScimStatement
{
	const char *sql;			/* with the placeholders of text.h */
	Oid			types[SCIM_MOST_PARAMETERS];	/* of the parameters: an OID, or a
												 * ScimParameterType; ends with 0 */
	bool		as_owner;		/* of the table at hand, as foreign keys do */
	bool		latest;			/* sees rows that a transaction's snapshot does not */
} ScimStatement;

/*
 * Runs a statement for the table within SPI, with a value for each parameter;
 * "nulls" as SPI takes them, or NULL.  A reading statement (read_only) runs under
 * the active snapshot, others under a new one.  Returns SPI_processed.
 * PERMISSION_DENIED, if the table is mapped, in place of 42501.
 */
extern uint64 scim_run(const ScimStatement *statement, const ScimRegistration *registration,
					   Datum *values, const char *nulls, bool read_only);

/*
 * Runs a reading statement under the active snapshot, within SPI, and has each
 * row taken, with what that allocates freed behind it; for results that may be
 * too large to be held.
 */
extern void scim_scan(const ScimStatement *statement, const ScimRegistration *registration,
					  Datum *values,
					  void (*take) (HeapTuple tuple, TupleDesc descriptor, void *argument),
					  void *argument);

#endif							/* SCIM_STATEMENT_STATEMENT_H */
