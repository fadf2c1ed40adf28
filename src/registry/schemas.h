/*
 * schemas.h
 *		The schemas and resource types of the database: the rows of scim_schemas
 *		and scim_resource_types, read once and kept until they change.
 *
 * Structs are never changed, and valid until the end of the transaction: when
 * a schema changes, a new set takes the place of the old one, and pointers
 * into the two are not to be compared.
 */
#ifndef SCIM_REGISTRY_SCHEMAS_H
#define SCIM_REGISTRY_SCHEMAS_H

#include "core/schema.h"

/* All resource types, ended by a NULL: User and Group, then the others as they were registered. */
extern const ScimResourceType *const *scim_resource_types(void);

/* The resource type of that name (case-insensitive, as attribute names are), or NULL. */
extern const ScimResourceType *scim_resource_type(const char *name);

/* All schemas, ended by a NULL, whether a resource type has them or not. */
extern const ScimSchema *const *scim_all_schemas(void);

/*
 * A resource type of its parts, with those of the schemas that it names; in the
 * current memory context, and (yet) in no set.  NULL if one is not there.
 */
struct ScimTypeDocument;
extern ScimResourceType *scim_make_type(const struct ScimTypeDocument *parts,
										const ScimSchema *const *schemas);

/* Notes in the references of a schema that is being made which endpoints they must not lead to. */
extern void scim_set_endpoints(ScimSchema *schema, const ScimResourceType *const *types);

/* The schema with that URN (case-insensitive) in a list that ends with a NULL, or NULL. */
extern const ScimSchema *scim_find_schema(const ScimSchema *const *schemas, const char *urn);

/*
 * Counts up whenever a set of schemas and resource types was dropped: what
 * points into it is stale.
 */
extern uint64 scim_schemas_generation(void);

extern void scim_init_schemas(void);

/*
 * The one type that has members (Group; NULL: there is none), and the types
 * whose resources can be members, ended by NULL.
 */
extern const ScimResourceType *scim_members_type(void);

#endif							/* SCIM_REGISTRY_SCHEMAS_H */
