/*
 * show.h
 *		Resources as they are shown.
 */
#ifndef SCIM_RESOURCE_SHOW_H
#define SCIM_RESOURCE_SHOW_H

#include "core/projection.h"
#include "resource/row.h"
#include "statement/text.h"

/*
 * How the member of the membership m is displayed, whose table is at hand as
 * r.  A subquery, so that it is a look-up by key whatever the planner thinks
 * of the table's size.  Memberships may not tell the tenant (then it is $1, as
 * text), and nobody is shown what another tenant's resources are called.
 */
#define SCIM_DISPLAY_MEMBER \
	"(SELECT {display:r} FROM {table} AS r WHERE {tenants:r=m} AND r.{id}" EQ \
	"m.{members.member} AND {live:r}" \
	"{!members.tenant: AND {tenant_text:r}" EQ "$1})"

/*
 * The resources of rows, each as one jsonb in "context", with what the
 * projection shows (NULL: everything).  "limit": members of a group, and groups
 * of a user, beyond so many are left out and named in meta.omitted, where meta is
 * shown; 0: never.  Members, and groups that the rows do not know yet, are read
 * where they are shown.  Runs under the active snapshot, within SPI.
 */
extern Jsonb **scim_show_rows(const ScimRegistration *registration, const char *tenant,
							  ScimRow *rows, uint64 count, int limit,
							  const ScimProjection *projection, MemoryContext context);

/*
 * The resource as far as its row tells: everything but a group's members, also
 * what is not returned.  The version is known.
 */
extern Jsonb *scim_show_alone(const ScimRegistration *registration, const ScimRow *row);

/*
 * What a client is told that knows this version of the row: id, some of meta,
 * not_modified; in "context".
 */
extern Jsonb *scim_show_not_modified(const ScimRegistration *registration, const ScimRow *row,
									 MemoryContext context);

#endif							/* SCIM_RESOURCE_SHOW_H */
