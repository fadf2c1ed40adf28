/*
 * register_created.h
 *		Registering a table that has the columns of a created one.
 */
#ifndef SCIM_ADMIN_REGISTER_CREATED_H
#define SCIM_ADMIN_REGISTER_CREATED_H

#include "registry/options.h"
#include "registry/registration.h"

/*
 * A table with the columns of a created one; what else that has, and this one has
 * not, is made.  Within SPI; INVALID_MAPPING, UNIQUENESS and TOO_LARGE for values
 * that a lookup cannot have, PERMISSION_DENIED for rows that are hidden.
 */
extern void scim_register_created(Oid relid, const ScimResourceType *type,
								  ScimOptions *options);

#endif							/* SCIM_ADMIN_REGISTER_CREATED_H */
