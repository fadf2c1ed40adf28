/*
 * limits.h
 *		What a registered table cannot do as it is, and what would let it.
 */
#ifndef SCIM_ADMIN_LIMITS_H
#define SCIM_ADMIN_LIMITS_H

#include "registry/registration.h"
#include "utils/relcache.h"

/*
 * One limit.  kind: "limit", or "index" where one is missing; message: as of a
 * NOTICE; hint: statements that can be typed, and a word on them.
 */
typedef void (*ScimReportLimit) (const char *kind, const char *message, const char *hint,
								 void *argument);

/*
 * Reports what a table, of resources or (registration->is_members) of
 * memberships, cannot do: one report of each kind, whatever many columns it is
 * about.  Found in the catalog alone; no error.
 */
extern void scim_find_limits(const ScimRegistration *registration, Relation relation,
							 ScimReportLimit report, void *argument);

/*
 * The same as NOTICEs, for who registers the table; and what groups without
 * columns for their members cost.
 */
extern void scim_tell_limits(const ScimRegistration *registration, Relation relation);

#endif							/* SCIM_ADMIN_LIMITS_H */
