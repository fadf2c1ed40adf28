/*
 * lease.h
 *		The handler of scim_lease, and what failures say of leases.
 */
#ifndef SCIM_TOOLS_LEASE_H
#define SCIM_TOOLS_LEASE_H

#include "base/errors.h"
#include "tools/tool_call.h"

extern text *scim_run_lease(ScimToolCall *call);

/* Does the write name a lease of what it is about, in force or not? */
extern bool scim_call_names_lease(const ScimToolCall *call);

/* What the content of a failure says of leases: how to get one, or another. */
extern void scim_say_lease_step(const ScimToolCall *call, JsonbValue *content,
								const ScimErrorKind *kind);

#endif							/* SCIM_TOOLS_LEASE_H */
