/*
 * narrow.h
 *		Schemas and resource types as the registered tables have them: without
 *		what has no place there, read only where a column is, required where a
 *		column takes no NULL, unique where an index keeps it so, with the values
 *		that codes of columns stand for.
 *
 * What no table is registered for is told as the schema has it.  All is the same
 * for every role, whatever it may do with the columns.  A registration that does
 * not fit its table counts as none: whoever uses it is told what is wrong.
 */
#ifndef SCIM_ADMIN_NARROW_H
#define SCIM_ADMIN_NARROW_H

#include "registry/schemas.h"

/*
 * A schema as the tables of all types that have it have it, or (only) that of
 * one type: an attribute is there if one of them has a place for it, can be
 * written if it can in one, and is required if it is in all.  The schema itself
 * if they set it no limits; NULL: they have nothing of it.
 */
extern const ScimSchema *scim_narrow_schema(const ScimSchema *schema, const ScimResourceType *only);

/*
 * A resource type with its schemas narrowed, without the extensions that have
 * no place; "version" is NULL where its document is another one.
 */
extern const ScimResourceType *scim_narrow_type(const ScimResourceType *type);

/* The common attributes (scim_common_attributes) as the type's table has them. */
extern const ScimAttribute *scim_narrow_common(const ScimResourceType *type);

/*
 * Has the type's table a place for the attribute of that path, or (members[User])
 * for members of that type?  True where no table is registered.
 */
extern bool scim_offers(const ScimResourceType *type, const char *path);

/* Is there a table that keeps passwords? */
extern bool scim_keeps_passwords(void);

/* Is there one of which it is kept what its resources were? */
extern bool scim_keeps_history(void);

#endif							/* SCIM_ADMIN_NARROW_H */
