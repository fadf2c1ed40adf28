/*
 * schemas.h
 *		The schemas and resource types of the database: the rows of scim_schemas
 *		and scim_resource_types, read once and kept until they change.
 *
 * Structs are never changed, and valid until the end of the transaction: when
 * a schema changes, a new set takes the place of the old one, and pointers
 * into the two are not to be compared.
 */
#ifndef SCIM_SCHEMAS_H
#define SCIM_SCHEMAS_H

#include "core/schema.h"

/* All resource types, ended by a NULL: User and Group, then the others as they were registered. */
extern const ScimResourceType *const *scim_resource_types(void);

/* The resource type of that name (case-insensitive, as attribute names are), or NULL. */
extern const ScimResourceType *scim_resource_type(const char *name);

/* All schemas, ended by a NULL, whether a resource type has them or not. */
extern const ScimSchema *const *scim_all_schemas(void);

/* Counts up when the set is forgotten.  (What scim_resource_types returns is of the generation read after it.) */
extern uint64 scim_schemas_generation(void);

extern void scim_init_schemas(void);

#endif							/* SCIM_SCHEMAS_H */
