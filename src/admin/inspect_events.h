/*
 * inspect_events.h
 *		Are the event triggers there that follow DDL?
 */
#ifndef SCIM_ADMIN_INSPECT_EVENTS_H
#define SCIM_ADMIN_INSPECT_EVENTS_H

#include "admin/problem.h"

/* Reports what is wrong with them.  Within SPI. */
extern void scim_inspect_event_triggers(ScimReportProblem report, void *argument);

#endif							/* SCIM_ADMIN_INSPECT_EVENTS_H */
