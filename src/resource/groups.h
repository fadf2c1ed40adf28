/*
 * groups.h
 *		The groups that users are in, as they are shown.
 */
#ifndef SCIM_RESOURCE_GROUPS_H
#define SCIM_RESOURCE_GROUPS_H

#include "resource/row.h"
#include "statement/text.h"

/*
 * How the group of that id is displayed, in a statement with the membership table
 * at hand.  A subquery, so that it is a look-up by key whatever the planner thinks
 * of the table's size.  $1 is the tenant, as text where memberships do not tell
 * it: nobody is shown what another tenant's resources are called.
 */
#define SCIM_DISPLAY_GROUP(id) \
	"(SELECT {display:g} FROM {groups.table} AS g" \
	" WHERE {?members.tenant:{in_tenant:g}}{!members.tenant:{tenant_text:g}" EQ "$1}" \
	" AND g.{groups.id}" EQ id " AND {live:g})"

/*
 * Reads the groups of users' rows that do not know them yet: all of them, or
 * (most > 0) of a user in more than so many only one more, whichever.  In the
 * order of the groups' ids.  Rows of other types have none.  Runs under the active
 * snapshot, within SPI; errors are those of a statement, PERMISSION_DENIED in place
 * of 42501 where tables are mapped.
 */
extern void scim_read_groups(const ScimRegistration *users, const char *tenant, ScimRow *rows,
							 uint64 count, int most);

#endif							/* SCIM_RESOURCE_GROUPS_H */
