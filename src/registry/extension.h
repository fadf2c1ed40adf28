/*
 * extension.h
 *		Where the objects of an extension are.
 */
#ifndef SCIM_REGISTRY_EXTENSION_H
#define SCIM_REGISTRY_EXTENSION_H

#include "postgres.h"

/* scimver itself. */
extern Oid	scim_extension_oid(void);

/* The schema of an extension; the same, quoted; the object id of a table, of a function in it. */
extern Oid	scim_extension_namespace(const char *extension);
extern char *scim_extension_schema(const char *extension);
extern Oid	scim_extension_relation(const char *extension, const char *name);
extern Oid	scim_extension_function(const char *extension, const char *name, int nargs,
									const Oid *types);

/* InvalidOid: an older version of the extension has no such function. */
extern Oid	scim_find_extension_function(const char *extension, const char *name, int nargs,
										 const Oid *types);

#endif							/* SCIM_REGISTRY_EXTENSION_H */
