/*
 * inspect_policies.h
 *		Do the policies of a type still fit: are the roles there, and the attributes?
 */
#ifndef SCIM_ADMIN_INSPECT_POLICIES_H
#define SCIM_ADMIN_INSPECT_POLICIES_H

#include "admin/problem.h"
#include "core/schema.h"

/* Reports those that do not, of all tenants. */
extern void scim_inspect_policies(const ScimResourceType *type, ScimReportProblem report,
								  void *argument);

#endif							/* SCIM_ADMIN_INSPECT_POLICIES_H */
