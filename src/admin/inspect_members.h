/*
 * inspect_members.h
 *		Memberships of users and groups that do not exist.
 */
#ifndef SCIM_ADMIN_INSPECT_MEMBERS_H
#define SCIM_ADMIN_INSPECT_MEMBERS_H

#include "admin/problem.h"
#include "registry/registration.h"

/*
 * Reports memberships, in a mapped table, of users and groups that do not exist.
 * PERMISSION_DENIED if row level security would hide users.  Within SPI.
 */
extern void scim_inspect_memberships(const ScimRegistration *groups, ScimReportProblem report,
									 void *argument);

#endif							/* SCIM_ADMIN_INSPECT_MEMBERS_H */
