/*
 * inspect_table.h
 *		What is wrong with a registered table.
 */
#ifndef SCIM_ADMIN_INSPECT_TABLE_H
#define SCIM_ADMIN_INSPECT_TABLE_H

#include "registry/registration.h"
#include "resource/stored_rows.h"

/* A problem as scim_check_table returns it; what does not apply is NULL. */
typedef struct ScimProblem
{
	const char *problem;		/* its kind: "version", "members", "membership", "content", "id", "mapping", "index", "limit", "trigger", "event trigger", "grant" */
	const char *tenant;
	const char *id;
	const char *stored;
	const char *computed;
	const char *detail;			/* a sentence */
	const char *mend;			/* DDL that mends it, or NULL */
} ScimProblem;

/* Of an id that no encoding helps. */
#define SCIM_STEP_PROBLEM "a URI that ends with this id leads elsewhere: clients take \".\" and \"..\" for steps in a path"

typedef void (*ScimReportProblem) (const ScimProblem *problem, void *argument);

/* Tables that belong together, by any of them. */
typedef struct ScimTables
{
	const ScimResourceType *type;
	Oid			rows;			/* of the resources; InvalidOid: there is none */
	Oid			members;		/* of their memberships; the same */
} ScimTables;

/* The tables of a relation: registered, a partition or child of one, or with the memberships of one.  NOT_REGISTERED */
extern ScimTables scim_tables_of(Oid relid);

/*
 * Reports what is wrong with the mapping, the indexes and the triggers of the
 * tables, with scimver's event triggers, and with grants of tenants.  The
 * registration of the rows; NULL if it cannot be read.  Within SPI.
 */
extern const ScimRegistration *scim_check_registration(const ScimTables *tables, ScimReportProblem report, void *argument);

/*
 * The parts of it: the triggers of tables with those of their partitions and
 * children ("rows": the registration, or NULL if it cannot be read), and the event
 * triggers.
 */
extern void scim_check_triggers(const ScimTables *tables, const ScimRegistration *rows, ScimReportProblem report, void *argument);
extern void scim_check_event_triggers(ScimReportProblem report, void *argument);

/*
 * Visits all rows of the table, in batches, in the order in which rows are
 * locked (if "locking") or in any; their members are counted and they are
 * computed; those in "error" could not be.  Under the active snapshot, within SPI.
 */
typedef void (*ScimVisitRows) (ScimInspectedRow *rows, int count, void *argument);

extern void scim_visit_rows(const ScimRegistration *registration, bool locking, ScimVisitRows visit, void *argument);

/*
 * Reports memberships, in a table that people had, of users and groups that do
 * not exist.  PERMISSION_DENIED if row level security would hide users.  Within
 * SPI.
 */
extern void scim_check_memberships(const ScimRegistration *groups, ScimReportProblem report, void *argument);

#endif							/* SCIM_ADMIN_INSPECT_TABLE_H */
