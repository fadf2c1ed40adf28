/*
 * register_table.h
 *		Registering a mapped table.
 */
#ifndef SCIM_ADMIN_REGISTER_TABLE_H
#define SCIM_ADMIN_REGISTER_TABLE_H

#include "registry/options.h"
#include "registry/registration.h"

/* A table with its mapping.  Within SPI; INVALID_MAPPING, ALREADY_REGISTERED. */
extern void scim_register_mapped(Oid relid, const ScimResourceType *type, Jsonb *mapping, ScimOptions *options);

#endif							/* SCIM_ADMIN_REGISTER_TABLE_H */
