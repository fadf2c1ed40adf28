/*
 * register_table.h
 *		The two kinds of tables that scim_register_table takes.
 */
#ifndef SCIM_ADMIN_REGISTER_TABLE_H
#define SCIM_ADMIN_REGISTER_TABLE_H

#include "registry/options.h"
#include "registry/registration.h"

/*
 * One with the columns of a created table; what else that has, and this one has
 * not, is made.  Within SPI; INVALID_MAPPING, UNIQUENESS and TOO_LARGE for values
 * that a lookup cannot have, PERMISSION_DENIED for rows that are hidden.
 */
extern void scim_register_created(Oid relid, const ScimResourceType *type, const ScimOptions *options);

/* One that people had already, with a mapping.  Within SPI; INVALID_MAPPING, ALREADY_REGISTERED. */
extern void scim_register_mapped(Oid relid, const ScimResourceType *type, Jsonb *mapping, ScimOptions *options);

#endif							/* SCIM_ADMIN_REGISTER_TABLE_H */
