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

/*
 * A resource out of the tree of its document (which becomes it), with id and meta
 * of the row, and its groups, if it knows them.  "omitted": an attribute that is not
 * shown, as there is too much of it, or nobody can tell; or NULL.
 */
extern Jsonb *scim_show_tree(const ScimRegistration *registration, const ScimRow *row,
							 JsonbValue *resource, const JsonbValue *members, const char *omitted,
							 const ScimProjection *projection, MemoryContext context);

/*
 * Sets an instant: RFC 7643 section 2.3.5; UTC with microseconds, whatever the
 * session's settings.
 */
extern void scim_set_date_time(JsonbValue *object, const char *name, TimestampTz timestamp);

#endif							/* SCIM_RESOURCE_SHOW_H */
