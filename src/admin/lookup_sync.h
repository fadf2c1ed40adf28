/*
 * lookup_sync.h
 *		A table's lookups follow the schema.
 */
#ifndef SCIM_ADMIN_LOOKUP_SYNC_H
#define SCIM_ADMIN_LOOKUP_SYNC_H

#include "registry/registration.h"

/*
 * Brings the lookups of the type's table, if it has one, to what the type says
 * now: what became unique or is new has a column and an index, what changed its
 * type or caseExact has them anew.  Within SPI.  INVALID_VALUE for a uniqueness
 * that cannot be kept, UNIQUENESS for values that are not unique.
 */
extern void scim_sync_lookups(const ScimResourceType *type);

/* Would that change the table, if its type were this one? */
extern bool scim_lookups_differ(const ScimRegistration *table, const ScimResourceType *type);

#endif							/* SCIM_ADMIN_LOOKUP_SYNC_H */
