/*
 * gone.h
 *		Members who left a group: because they are gone?
 */
#ifndef SCIM_GROUP_GONE_H
#define SCIM_GROUP_GONE_H

#include "nodes/pg_list.h"
#include "registry/registration.h"

/* A member who left. */
typedef struct ScimLeaver
{
	const char *type;
	const char *id;
} ScimLeaver;

/*
 * Are all of them (of ScimLeaver), if there are any, deleted by now?  Then the group follows,
 * and nobody decided that of it.  "tenant" is NULL where the memberships do not tell it.
 * Within SPI.
 */
extern bool scim_are_gone(const ScimRegistration *members, const char *tenant,
						  const List *leavers);

#endif							/* SCIM_GROUP_GONE_H */
