/*
 * check_types.h
 *		Does a resource type, as it is to be, go with itself and with the others?
 */
#ifndef SCIM_REGISTRY_CHECK_TYPES_H
#define SCIM_REGISTRY_CHECK_TYPES_H

#include "core/schema.h"

/*
 * INVALID_VALUE, with the attribute or URN as path, if two of the type's
 * schemas claim the same attribute, if paths would be ambiguous, or if a schema
 * stands twice in it.
 */
extern void scim_check_type(const ScimResourceType *type);

/* The same, if the name or endpoint is another type's, or a schema that only one type may have. */
extern void scim_check_type_among(const ScimResourceType *type,
								  const ScimResourceType *const *types);

/* The same, if "new" changes what scimver relies on in the schema that it takes the place of. */
extern void scim_check_schema_change(const ScimSchema *old, const ScimSchema *new);

#endif							/* SCIM_REGISTRY_CHECK_TYPES_H */
