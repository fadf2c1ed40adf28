/*
 * inspect_triggers.h
 *		Are the triggers there that keep a registered table right?
 */
#ifndef SCIM_ADMIN_INSPECT_TRIGGERS_H
#define SCIM_ADMIN_INSPECT_TRIGGERS_H

#include "admin/problem.h"
#include "registry/registration.h"

/*
 * Reports what is wrong with the triggers of a table of resources and of one of
 * memberships (InvalidOid: there is none), and of their partitions and children.
 * "rows": the registration of the first, or NULL if it cannot be read.
 */
extern void scim_inspect_triggers(Oid relid, Oid members, const ScimRegistration *rows,
								  ScimReportProblem report, void *argument);

/* Those alone by which the table's history is kept. */
extern void scim_inspect_history_triggers(const ScimRegistration *rows, ScimReportProblem report,
										  void *argument);

#endif							/* SCIM_ADMIN_INSPECT_TRIGGERS_H */
