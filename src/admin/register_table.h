/*
 * register_table.h
 *		Registering a mapped table.
 */
#ifndef SCIM_ADMIN_REGISTER_TABLE_H
#define SCIM_ADMIN_REGISTER_TABLE_H

#include "registry/options.h"
#include "registry/registration.h"

#endif							/* SCIM_ADMIN_REGISTER_TABLE_H */
